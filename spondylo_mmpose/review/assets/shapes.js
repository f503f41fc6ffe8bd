// What no spine has, and what a reader should know: the twin of apis/shapes.py,
// apis/levels.py and apis/findings.py. Limits and texts come from there (S.limits,
// S.texts).
(function (S) {
  'use strict';

  function median(values) {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
    const half = sorted.length / 2;
    if (!sorted.length) return NaN;
    if (sorted.length % 2) return sorted[Math.floor(half)];
    return (sorted[half - 1] + sorted[half]) / 2;
  }

  const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;

  /** Vertebrae whose corners cannot be right. */
  function misshapen(quads) {
    const plates = quads.map((quad) => S.plateLengths(quad));
    const usual = median(plates.flat());
    const [least, most] = S.limits.plates;
    return quads.map((quad, place) => {
      const angles = S.plateAngles(quad, 'right');
      let wrong = S.isBowTie(quad)
        || Math.abs(S.wrap(angles[0] - angles[1])) > S.limits.wedge;
      if (usual > 0) {
        wrong = wrong || plates[place].some((v) => v / usual < least || v / usual > most);
      }
      // S1 tapers, so that the lowest one is let alone.
      return (place > 0 && wrong) || S.signedArea(quad) <= 0;
    });
  }

  /** Of each two that follow each other. */
  function neighbours(quads, judge) {
    return quads.slice(1).map((upper, place) => judge(quads[place], upper, place));
  }

  function misshapenDiscs(quads) {
    return neighbours(quads, (lower, upper) =>
      Math.abs(S.discAngle(lower, upper, 'right')) > S.limits.disc);
  }

  /** Whether a vertebra seems to be missing between two. */
  function apart(quads) {
    const heights = quads.map((q) =>
      S.norm(S.times(S.plus(S.minus(q[2], q[0]), S.minus(q[3], q[1])), 0.5)));
    return neighbours(quads, (lower, upper, place) => place > 0
      && S.norm(S.minus(S.centre(upper), S.centre(lower)))
        > (S.limits.apart * (heights[place] + heights[place + 1])) / 2);
  }

  /** Whether two lie on each other. */
  function doubled(quads) {
    return neighbours(quads, (lower, upper) =>
      S.iou(S.hullBox(lower), S.hullBox(upper)) > S.limits.doubled);
  }

  /** Which side is anterior by the shape of the spine, and the strength of that vote. */
  function inferFacing(quads) {
    const known = quads.filter((quad) => S.isKnown(S.centre(quad)));
    if (known.length < 2) return [null, 0];
    const spine = S.orderUpward(known).map((place) => known[place]);
    const middle = spine.map(S.centre);
    const spacing = median(neighbours(middle, (a, b) => S.norm(S.minus(b, a))));
    if (!(spacing > 0)) return [null, 0];
    const plate = S.minus(spine[0][1], spine[0][0]);
    const cues = [
      (middle[0][0] - middle[1][0]) / spacing,
      (-2 * plate[1]) / Math.max(S.norm(plate), 1e-9),
    ];
    if (spine.length >= 4) {
      const line = middle.slice(0, 6);
      const [first, last] = [line[0], line[line.length - 1]];
      const height = Math.min(last[1] - first[1], -1e-9);
      const bulges = line.map((p) =>
        first[0] + ((p[1] - first[1]) / height) * (last[0] - first[0]) - p[0]);
      cues.push((2 * mean(bulges)) / spacing);
    }
    const votes = cues.filter(Number.isFinite).map(Math.tanh);
    const vote = votes.length ? mean(votes) : 0;
    if (vote === 0) return [null, 0];
    return [vote > 0 ? 'left' : 'right', Math.abs(vote)];
  }

  /** Whether a point lies more than rounding outside the film. */
  function outside(point, film) {
    const slack = Math.max(film.width, film.height) / 640;
    return point[0] < -slack || point[1] < -slack
      || point[0] > film.width - 1 + slack || point[1] > film.height - 1 + slack;
  }

  function isCut(quad, film) {
    const near = S.limits.edge * Math.max(film.width, film.height);
    return quad.some((p) => outside(p, film)
      || p[0] <= near || p[1] <= near
      || p[0] >= film.width - 1 - near || p[1] >= film.height - 1 - near);
  }

  /**
   * Warnings of a spine.
   *
   * spine: { quads, orders, levels, origin, scores, disputed }, from the lowest upward;
   * film: as in the report, its facing settled.
   */
  function findings(spine, film) {
    const { quads, orders, levels, origin, scores, disputed } = spine;
    const said = [];
    const say = (code, text = S.texts.findings[code], vertebrae = [], how = 'caution') =>
      said.push({ code, severity: how, text, vertebrae });
    const texts = S.texts.findings;
    if (film.view === 'ap') say('not_lateral', texts.not_lateral, [], 'refusal');
    if (film.view === 'oblique') say('oblique', texts.oblique, [], 'refusal');
    if (film.upright === false) say('not_upright', texts.not_upright, [], 'refusal');
    if (film.burned_in_text === 'yes') say('burned_in_text');
    if (film.burned_in_text === 'not told') {
      say('burned_in_unknown', texts.burned_in_unknown, [], 'note');
    }
    if (!quads.length) {
      say('nothing_found');
      return said;
    }
    if (film.facing === null) say('facing_unknown');
    else if ((film.facing_confidence || 1) < S.limits.sure) {
      say('facing_unsure', texts.facing_unsure.replace('{facing}', film.facing));
    } else if (film.facing_origin !== 'inferred') {
      const [seen, strength] = inferFacing(quads);
      if (seen !== null && seen !== film.facing && strength >= S.limits.sure) {
        say('facing_disagrees', texts.facing_disagrees.replace('{other}', seen)
          .replace('{facing}', film.facing));
      }
    }
    if (film.spacing_plane === 'detector') {
      say('spacing_at_detector', texts.spacing_at_detector, [], 'note');
    }
    if (origin === S.texts.slot && levels[0] !== 'S1') {
      say('s1_missing', texts.s1_missing.replace('{lowest}', levels[0]), [0]);
    }
    if (origin === S.texts.assumed) {
      say('levels_assumed', texts.levels_assumed, [], 'note');
      const plates = S.plateLengths(quads[0]);
      if (plates[1] > S.limits.s1Ratio * plates[0]) say('s1_missing', texts.s1_shape, [0]);
    }
    if (S.orderUpward(quads).some((place, i) => place !== i)) say('order_disagrees');
    const either = (flags) => quads.map((_, i) => Boolean(flags[i] || flags[i - 1]));
    const far = apart(quads);
    const gaps = far.map((flag, i) => flag || orders[i + 1] - orders[i] > 1);
    const flagged = [
      ['doubled', either(doubled(quads))],
      ['gap', either(gaps)],
      ['misshapen', misshapen(quads)],
      ['disc_misshapen', either(misshapenDiscs(quads))],
      ['disputed', disputed.map((flags) => flags.some(Boolean))],
      ['cut', quads.map((quad) => isCut(quad, film))],
      ['low_score', scores.map((score) => score !== null && score < S.limits.lowScore)],
    ];
    for (const [code, flags] of flagged) {
      if (flags.some(Boolean)) say(code, texts[code], orders.filter((_, i) => flags[i]));
    }
    return said;
  }

  Object.assign(S, {
    misshapen, misshapenDiscs, apart, doubled, inferFacing, outside, findings, median,
  });
})((window.Spondylo = window.Spondylo || {}));
