// What a person may do to a state (report.js), and taking it back. Edits never change a
// state in place: they return another one.
(function (S) {
  'use strict';

  const copy = (value) => JSON.parse(JSON.stringify(value));
  const r3 = (value) => S.rounded(value, 3);

  /** The nearest place inside the film. */
  function inside(point, film) {
    const clip = (v, most) => r3(Math.min(Math.max(v, 0), most));
    return [clip(point[0], film.width - 1), clip(point[1], film.height - 1)];
  }

  /** Put a corner somewhere. */
  function placeCorner(state, vertebra, corner, point, film) {
    const next = copy(state);
    next.vertebrae[vertebra].corners[corner] = inside(point, film);
    return next;
  }

  /** Move all corners of a vertebra alike, none of them out of the film. */
  function moveVertebra(state, vertebra, by, film) {
    const next = copy(state);
    const { corners } = next.vertebrae[vertebra];
    const box = S.hullBox(S.quadOf(corners));
    const clip = (v, low, high, most) => {
      const least = Math.min(0, -low);
      return Math.max(least, Math.min(v, Math.max(0, most - high)));
    };
    const x = clip(by[0], box[0], box[2], film.width - 1);
    const y = clip(by[1], box[1], box[3], film.height - 1);
    next.vertebrae[vertebra].corners = corners.map((p) =>
      (p === null ? null : [r3(p[0] + x), r3(p[1] + y)]));
    return next;
  }

  /** Shape for a new vertebra at a point: that of its neighbours. */
  function newQuad(state, at, film) {
    const known = state.vertebrae.map((v) => S.quadOf(v.corners))
      .filter((quad) => quad.every(S.isKnown));
    const away = (quad) => S.norm(S.minus(S.centre(quad), at));
    const near = known.sort((a, b) => away(a) - away(b)).slice(0, 2);
    let shape;
    if (near.length) {
      const shapes = near.map((quad) => quad.map((p) => S.minus(p, S.centre(quad))));
      shape = shapes[0].map((_, i) =>
        S.times(shapes.map((one) => one[i]).reduce(S.plus), 1 / shapes.length));
    } else {
      const [w, h] = [film.width * 0.09, film.width * 0.06];
      shape = [[-w, -h], [w, -h], [-w, h], [w, h]];
    }
    return shape.map((p) => inside(S.plus(at, p), film));
  }

  /** Add a vertebra at a point; tells its index too. */
  function addVertebra(state, at, film) {
    const next = copy(state);
    const list = next.vertebrae;
    const quad = newQuad(state, at, film);
    const quads = [...list.map((v) => S.quadOf(v.corners)), quad];
    const index = S.orderUpward(quads).indexOf(list.length);
    const below = index ? list[index - 1].order : -1;
    const above = list.slice(index);
    const order = below + 1;
    if (above.length && above[0].order === order) above.forEach((v) => { v.order += 1; });
    if (index === 0 && list.length) {
      // Those above keep their names, if there is one for a vertebra below them.
      const level = S.limits.levels.indexOf(next.lowest) - 1;
      if (level >= 0) next.lowest = S.limits.levels[level];
    }
    list.splice(index, 0, { order, model: null, corners: quad });
    return { state: next, index };
  }

  /** Whether a vertebra fits between two, as the report's gaps tell it. */
  function isGap(lower, upper) {
    // The first of three has its distance judged too: here none is S1 by itself.
    const [a, b] = [S.quadOf(lower.corners), S.quadOf(upper.corners)];
    return S.apart([a, a, b])[1];
  }

  /** Take a vertebra out; places above close up unless a gap is left to see. */
  function removeVertebra(state, index, assumed) {
    const next = copy(state);
    const list = next.vertebrae;
    const levels = S.levelsOf(next);
    list.splice(index, 1);
    if (!list.length) return next;
    let down = 0;
    if (index === 0) {
      down = list[0].order;
      if ((!assumed || next.lowestGiven) && levels[1]) [, next.lowest] = levels;
    } else if (index < list.length && !isGap(list[index - 1], list[index])) {
      down = list[index].order - list[index - 1].order - 1;
    }
    list.slice(index).forEach((v) => { v.order -= down; });
    return next;
  }

  /** Number the vertebrae anew as they stand. */
  function renumber(state) {
    const next = copy(state);
    const order = S.orderUpward(next.vertebrae.map((v) => S.quadOf(v.corners)));
    next.vertebrae = order.map((place) => next.vertebrae[place]);
    const quads = next.vertebrae.map((v) => S.quadOf(v.corners));
    const [far, twice] = [S.apart(quads), S.doubled(quads)];
    let place = 0;
    next.vertebrae.forEach((v, i) => {
      if (i) place += far[i - 1] && !twice[i - 1] ? 2 : 1;
      v.order = place;
    });
    return next;
  }

  /** Put roughly where they belong the corners that were not found. */
  function completeVertebra(state, index, film) {
    const next = copy(state);
    const one = next.vertebrae[index];
    const full = S.completed(S.quadOf(one.corners));
    one.corners = one.corners.map((p, i) =>
      (p !== null || !S.isKnown(full[i]) ? p : inside(full[i], film)));
    return next;
  }

  /** Remembers states. */
  class History {
    constructor(state) {
      this.past = [];
      this.now = state;
      this.future = [];
    }

    /** Go on to a state; steps of one `mark` in a row are taken back together. */
    push(state, mark = null) {
      if (JSON.stringify(state) === JSON.stringify(this.now)) return;
      if (mark === null || mark !== this.mark) this.past.push(this.now);
      this.mark = mark;
      this.now = state;
      this.future = [];
    }

    undo() {
      if (!this.past.length) return false;
      this.future.push(this.now);
      this.now = this.past.pop();
      this.mark = null;
      return true;
    }

    redo() {
      if (!this.future.length) return false;
      this.past.push(this.now);
      this.now = this.future.pop();
      this.mark = null;
      return true;
    }
  }

  Object.assign(S, {
    placeCorner, moveVertebra, addVertebra, removeVertebra, renumber, completeVertebra,
    History,
  });
})((window.Spondylo = window.Spondylo || {}));
