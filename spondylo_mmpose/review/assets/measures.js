// Slip, grade, angles and intervals: the twin of spine/measurements.py and
// uncertainty/slips.py. tests/test_review holds one against the other.
(function (S) {
  'use strict';

  /** Slip of the upper quad on the lower one, percent of the lower end plate. */
  function slipPercent(lower, upper, facing, spacing) {
    const [ps, as] = S.anatomical(S.toScale(lower, spacing), facing);
    const pi = S.anatomical(S.toScale(upper, spacing), facing)[2];
    const plate = S.minus(as, ps);
    const squared = S.dot(plate, plate);
    if (!(squared > 0)) return NaN;
    return (100 * S.dot(S.minus(pi, ps), plate)) / squared;
  }

  /** Lengths of the superior and the inferior end plate. */
  function plateLengths(quad, spacing) {
    const q = S.toScale(quad, spacing);
    return [S.norm(S.minus(q[1], q[0])), S.norm(S.minus(q[3], q[2]))];
  }

  /** The slip as a length, in units of the spacing. */
  function slipDistance(lower, upper, facing, spacing) {
    const plate = plateLengths(lower, spacing)[0];
    return (slipPercent(lower, upper, facing, spacing) * plate) / 100;
  }

  /** Tilt of the superior and inferior end plate, degrees; forward and down counts up. */
  function plateAngles(quad, facing, spacing) {
    const [ps, as, pi, ai] = S.anatomical(S.toScale(quad, spacing), facing);
    return [S.minus(as, ps), S.minus(ai, pi)].map(([x, y]) => {
      const forward = facing === 'left' ? -x : x;
      return (Math.atan2(y, forward) * 180) / Math.PI;
    });
  }

  /** Bring an angle into [-180, 180). */
  function wrap(degrees) {
    const turned = (degrees + 180) % 360;
    return (turned < 0 ? turned + 360 : turned) - 180;
  }

  /** Angle of the disc between two quads, degrees, positive when open forward. */
  function discAngle(lower, upper, facing, spacing) {
    const below = plateAngles(lower, facing, spacing)[0];
    return wrap(below - plateAngles(upper, facing, spacing)[1]);
  }

  /** Angle between the superior end plates of two quads (Cobb), degrees. */
  function sagittalAngle(lower, upper, facing, spacing) {
    const below = plateAngles(lower, facing, spacing)[0];
    return wrap(below - plateAngles(upper, facing, spacing)[0]);
  }

  /** Meyerding grade 0 to 5 of a slip. */
  function grade(slip, noSlip) {
    const size = rounded(Math.abs(slip), 10);
    if (Number.isNaN(size)) return NaN;
    if (size < noSlip) return 0;
    return 1 + S.limits.gradeBorders.filter((border) => border < size).length;
  }

  /** Names of the grades that slips between two limits have. */
  function gradesBetween(low, high, noSlip) {
    const sizes = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
    if (low <= 0 && high >= 0) sizes[0] = 0;
    const [first, last] = sizes.map((size) => grade(size, noSlip));
    return S.limits.grades.slice(first, last + 1);
  }

  /** `II`, or `I-II, uncertain`. */
  function gradeText(names) {
    if (names.length === 1) return names[0];
    return `${names[0]}-${names[names.length - 1]}, uncertain`;
  }

  /**
   * Standard deviation of a slip by the delta method: errors of corners are independent
   * and alike in all directions.
   *
   * lowerStds and upperStds hold those of the four corners, px in x and in y.
   */
  function slipStd(lower, upper, lowerStds, upperStds, facing, spacing) {
    const scale = spacing || [1, 1];
    const posterior = facing === 'left' ? 1 : 0;
    const [b0, b1] = [posterior, 1 - posterior];
    const [below, above] = [S.toScale(lower, scale), S.toScale(upper, scale)];
    const [p, a, b] = [above[2 + posterior], below[b0], below[b1]];
    const plate = S.minus(b, a);
    const way = S.minus(p, a);
    const squared = S.dot(plate, plate);
    const share = S.dot(way, plate) / squared;
    const byP = plate.map((v) => (100 * v) / squared);
    const byB = plate.map((v, i) => (100 * (way[i] - 2 * share * v)) / squared);
    const byA = byP.map((v, i) => -v - byB[i]);
    const stds = [upperStds[2 + posterior], lowerStds[b0], lowerStds[b1]];
    let sum = 0;
    [byP, byA, byB].forEach((slope, k) => {
      slope.forEach((v, i) => { sum += (stds[k] * v * scale[i]) ** 2; });
    });
    return Math.sqrt(sum);
  }

  /** Ends of an interval: so many deviations to either side. */
  function interval(slip, std, quantile) {
    const reach = std ? quantile * std : 0;
    return [slip - reach, slip + reach];
  }

  /** A number with so many decimals, as Python's round gives it. */
  function rounded(value, decimals) {
    if (!Number.isFinite(value)) return value;
    const shown = Number(value.toFixed(decimals));
    return shown === 0 ? 0 : shown;
  }

  Object.assign(S, {
    slipPercent, plateLengths, slipDistance, plateAngles, wrap, discAngle,
    sagittalAngle, grade, gradesBetween, gradeText, slipStd, interval, rounded,
  });
})((window.Spondylo = window.Spondylo || {}));
