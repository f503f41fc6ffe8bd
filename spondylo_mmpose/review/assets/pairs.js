// What is measured between a vertebra and the one below it: the twin of apis/pairs.py.
(function (S) {
  'use strict';

  const MEASURED = ['slip_percent', 'slip_mm', 'slip_interval', 'slip_std', 'grade',
    'direction', 'disc_angle'];
  const r3 = (value) => S.rounded(value, 3);
  const isS1 = (level) => level === 'S1';

  /** Two numbers in the ratio of the spacings, null where it is not known. */
  function scaleOf(film) {
    if (film.pixel_spacing_mm) return film.pixel_spacing_mm;
    return film.pixel_aspect === null ? null : [film.pixel_aspect, 1];
  }

  function faultOf(spine, place, refused, film) {
    const texts = S.texts.reasons;
    if (refused) return texts.REFUSED;
    if (spine.doubled[place]) return texts.DOUBLED;
    if (spine.apart[place]) return texts.APART;
    if (spine.misshapen[place] || spine.misshapen[place + 1]) return texts.SHAPE;
    if (spine.discs[place]) return texts.DISC;
    if (spine.disputed[place].slice(0, 2).some(Boolean)
      || spine.disputed[place + 1].slice(2).some(Boolean)) return texts.DISPUTED;
    const [lower, upper] = [spine.quads[place], spine.quads[place + 1]];
    const needed = [lower[0], lower[1], upper[2], upper[3]];
    if (!needed.every(S.isKnown)) return texts.MISSING;
    if (needed.some((p) => S.outside(p, film))) return texts.OUTSIDE;
    return film.facing === null ? texts.FACING : '';
  }

  /** What the interval of a pair stands on: why there is none, or whose errors. */
  function basisOf(spine, place, film, origin, std) {
    const texts = S.texts.reasons;
    const posterior = film.facing === 'left' ? 3 : 2;
    const placed = [spine.moved[place][0], spine.moved[place][1],
      spine.moved[place + 1][posterior]];
    const all = placed.every(Boolean);
    if (placed.some(Boolean) && std === null) return { why: texts.PLACED_NO_INTERVAL };
    if (!all && (spine.renamed[place] || spine.renamed[place + 1])) {
      return { why: texts.OTHER_LEVEL };
    }
    if (!all && !origin.slip_quantiles) {
      const known = origin.model.calibration_sha256 !== null;
      return { why: known ? texts.NO_QUANTILES : texts.NO_CALIBRATION };
    }
    return { why: '', byObserver: placed.some(Boolean) };
  }

  function intervalOf(spine, place, slip, film, origin, state) {
    const basis = basisOf(spine, place, film, origin, state.std);
    if (basis.why) return basis;
    const stds = [spine.stds[place], spine.stds[place + 1]];
    const std = S.slipStd(spine.quads[place], spine.quads[place + 1],
      stds[0], stds[1], film.facing, scaleOf(film));
    if (!Number.isFinite(std)) return { why: S.texts.reasons.NO_STD };
    const level = spine.levels[place];
    const kind = level === null ? 'all' : isS1(level) ? 'S1' : 'others';
    let quantile = S.limits.normalQuantile;
    if (!basis.byObserver) quantile = origin.slip_quantiles[kind];
    if (quantile === null && std > 0) return { why: S.texts.reasons.TOO_FEW };
    const [low, high] = S.interval(slip, std, quantile);
    return { why: '', low, high, std };
  }

  /** How far from a border the grade of a slip without an interval is sure. */
  function bandOf(spine, place, film, origin) {
    if (!origin.slip_quantiles) return S.limits.borderBand;
    const [lower, upper] = [spine.stds[place], spine.stds[place + 1]]
      .map((stds) => stds.map((std) => (Number.isFinite(std) ? std : 0)));
    const std = S.slipStd(spine.quads[place], spine.quads[place + 1], lower, upper,
      film.facing, scaleOf(film));
    const told = ['S1', 'others', 'all'].map((kind) => origin.slip_quantiles[kind])
      .filter((quantile) => quantile !== null);
    return Math.max(S.limits.borderBand, Math.max(S.limits.normalQuantile, ...told) * std);
  }

  function pairOf(spine, place, refused, film, origin, state) {
    const texts = S.texts.reasons;
    const [lower, upper] = [spine.quads[place], spine.quads[place + 1]];
    const pair = {
      upper: spine.levels[place + 1],
      lower: spine.levels[place],
      upper_order: spine.orders[place + 1],
      lower_order: spine.orders[place],
    };
    for (const name of MEASURED) pair[name] = null;
    const reasons = {};
    for (const name of ['upper', 'lower']) {
      if (pair[name] === null) reasons[name] = texts.NO_NAME;
    }
    pair.reasons = reasons;
    const scale = scaleOf(film);
    let fault = faultOf(spine, place, refused, film);
    const slip = fault ? NaN : r3(S.slipPercent(lower, upper, film.facing, scale));
    if (!fault && !Number.isFinite(slip)) fault = texts.NO_PLATE;
    if (fault) {
      for (const name of MEASURED) reasons[name] = fault;
      return pair;
    }
    const noSlip = origin.options.no_slip_threshold;
    const grade = S.grade(slip, noSlip);
    pair.slip_percent = slip;
    pair.direction = 'none';
    if (grade > 0) pair.direction = slip > 0 ? 'anterolisthesis' : 'retrolisthesis';
    if (film.pixel_spacing_mm) {
      pair.slip_mm = r3(S.slipDistance(lower, upper, film.facing, film.pixel_spacing_mm));
    } else reasons.slip_mm = texts.SPACING;
    if (scale) pair.disc_angle = r3(S.discAngle(lower, upper, film.facing, scale));
    else reasons.disc_angle = texts.ASPECT;
    const made = intervalOf(spine, place, S.slipPercent(lower, upper, film.facing, scale),
      film, origin, state);
    if (made.why) {
      reasons.slip_interval = made.why;
      reasons.slip_std = made.why;
      const band = bandOf(spine, place, film, origin);
      pair.grade = S.gradeText(S.gradesBetween(slip - band, slip + band, noSlip));
    } else {
      pair.slip_interval = [r3(made.low), r3(made.high)];
      pair.slip_std = r3(made.std);
      pair.grade = S.gradeText(S.gradesBetween(made.low, made.high, noSlip));
    }
    return pair;
  }

  Object.assign(S, { isS1, scaleOf, pairOf });
})((window.Spondylo = window.Spondylo || {}));
