// Corners, boxes and the order along the spine: the twin of spine/anatomy.py.
//
// A point is [x, y] in px of the film, y down; NaN where a corner is not known. A quad
// has four, superior left, superior right, inferior left, inferior right as seen in the
// image; a spine is a list of quads from the lowest upward.
(function (S) {
  'use strict';

  const NOWHERE = [NaN, NaN];

  const isKnown = (p) => Number.isFinite(p[0]) && Number.isFinite(p[1]);
  const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
  const plus = (a, b) => [a[0] + b[0], a[1] + b[1]];
  const times = (a, k) => [a[0] * k, a[1] * k];
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1];
  const norm = (a) => Math.sqrt(a[0] * a[0] + a[1] * a[1]);
  const cross = (a, b) => a[0] * b[1] - a[1] * b[0];

  /** Quad out of a report's corners, where null is a corner that was not found. */
  function quadOf(corners) {
    return corners.map((p) => (p === null ? NOWHERE : [p[0], p[1]]));
  }

  /** Posterior and anterior superior, posterior and anterior inferior corner. */
  function anatomical(quad, facing) {
    const [p, a] = facing === 'left' ? [1, 0] : [0, 1];
    return [quad[p], quad[a], quad[2 + p], quad[2 + a]];
  }

  /** Quad in units of a spacing [x, y]; null leaves px. */
  function toScale(quad, spacing) {
    if (!spacing) return quad;
    return quad.map((p) => [p[0] * spacing[0], p[1] * spacing[1]]);
  }

  /** Mean known corner. */
  function centre(quad) {
    const known = quad.filter(isKnown);
    if (!known.length) return NOWHERE;
    const sum = known.reduce(plus);
    return [sum[0] / known.length, sum[1] / known.length];
  }

  /** Box x1, y1, x2, y2 around the known corners; NaN where there is none. */
  function hullBox(quad) {
    const known = quad.filter(isKnown);
    if (!known.length) return [NaN, NaN, NaN, NaN];
    const xs = known.map((p) => p[0]);
    const ys = known.map((p) => p[1]);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }

  /** Intersection over union of two boxes. */
  function iou(a, b) {
    const side = (i) => Math.max(0, Math.min(a[i + 2], b[i + 2]) - Math.max(a[i], b[i]));
    const area = (box) => (box[2] - box[0]) * (box[3] - box[1]);
    const both = side(0) * side(1);
    return both / Math.max(area(a) + area(b) - both, 1e-9);
  }

  /** Shoelace area, positive in the right order of corners. */
  function signedArea(quad) {
    const around = [quad[0], quad[1], quad[3], quad[2]];
    return 0.5 * around.reduce((sum, p, i) => sum + cross(p, around[(i + 1) % 4]), 0);
  }

  function segmentsCross(a, b, c, d) {
    const side = (p, q, r) => cross(minus(q, p), minus(r, p));
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }

  /** Whether two opposite sides cross. */
  function isBowTie(quad) {
    const [sl, sr, il, ir] = quad;
    return segmentsCross(sl, sr, il, ir) || segmentsCross(sl, il, sr, ir);
  }

  /** Places of quads from the lowest upward, by the shortest steps between centres. */
  function orderUpward(quads) {
    const middle = quads.map(centre);
    const listed = quads.map((_, i) => i).sort((i, j) => {
      const [a, b] = [middle[i], middle[j]];
      if (isKnown(a) !== isKnown(b)) return isKnown(a) ? -1 : 1;
      if (!isKnown(a)) return i - j;
      return b[1] - a[1] || a[0] - b[0] || i - j;
    });
    const known = listed.filter((i) => isKnown(middle[i]));
    let way = shortestSteps(known.map((i) => middle[i]));
    const half = (way.length - 1) / 2;
    const falls = way.reduce((sum, p, k) => sum + (k - half) * middle[known[p]][1], 0);
    if (falls > 0) way = way.reverse();
    return [...way.map((p) => known[p]), ...listed.slice(known.length)];
  }

  function shortestSteps(points) {
    const steps = [];
    for (let a = 0; a < points.length; a += 1) {
      for (let b = a + 1; b < points.length; b += 1) {
        steps.push([norm(minus(points[a], points[b])), a, b]);
      }
    }
    steps.sort((one, other) => one[0] - other[0]);
    // Pieces of the way, found by either end.
    const pieces = new Map(points.map((_, i) => [i, [i]]));
    for (const [, a, b] of steps) {
      let one = pieces.get(a);
      let other = pieces.get(b);
      if (!one || !other || one === other) continue;
      one = one[one.length - 1] === a ? one : [...one].reverse();
      other = other[0] === b ? other : [...other].reverse();
      for (const end of [one[0], a, b, other[other.length - 1]]) pieces.delete(end);
      const joined = [...one, ...other];
      pieces.set(joined[0], joined);
      pieces.set(joined[joined.length - 1], joined);
    }
    const way = pieces.size ? pieces.get(Math.min(...pieces.keys())) : [];
    return !way.length || way[0] < way[way.length - 1] ? way : [...way].reverse();
  }

  /** Quad with what misses of it put in roughly: boxes to look into, no measurement. */
  function completed(quad) {
    const missing = [0, 1, 2, 3].filter((i) => !isKnown(quad[i]));
    const known = [0, 1, 2, 3].filter((i) => isKnown(quad[i]));
    const full = quad.map((p) => [...p]);
    if (missing.length === 1) {
      const sum = known.map((i) => quad[i]).reduce(plus);
      full[missing[0]] = minus(sum, times(quad[3 - missing[0]], 2));
    } else if (missing.length === 2) {
      completePair(full, known, missing);
    }
    return full;
  }

  function completePair(quad, [a, b], missing) {
    const share = S.limits.bodyShare;
    const along = minus(quad[b], quad[a]);
    const aside = [-along[1], along[0]];
    let step;
    if (a + b === 1 || a + b === 5) step = times(aside, share * (a === 0 ? 1 : -1));
    else if (b - a === 2) step = times(aside, (a === 0 ? -1 : 1) / share);
    else return; // a diagonal spans the box by itself
    const joined = (i, j) => i + j !== 3 && i !== j;
    for (const corner of missing) {
      quad[corner] = plus(quad[joined(corner, a) ? a : b], step);
    }
  }

  Object.assign(S, {
    NOWHERE, isKnown, minus, plus, times, dot, norm, quadOf, anatomical, toScale,
    centre, hullBox, iou, signedArea, isBowTie, orderUpward, completed,
  });
})((window.Spondylo = window.Spondylo || {}));
