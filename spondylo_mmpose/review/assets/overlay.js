// Vertebrae, slips and handles drawn over the film.
(function (S) {
  'use strict';

  const NAMES = ['superior left', 'superior right', 'inferior left', 'inferior right'];
  const AROUND = [0, 1, 3, 2];
  const EXTENDED = 0.15; // of the end plate, beyond its ends

  /** An element of SVG. */
  function svg(tag, attributes = {}, ...children) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  const put = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  };
  const shown = (value) => value.toFixed(1);

  /** Class of a grade's colour: the higher end of an uncertain one. */
  function gradeClass(grade) {
    const highest = grade.split(',')[0].split('-').pop();
    return `grade-${Math.min(3, S.limits.grades.indexOf(highest))}`;
  }

  class Overlay {
    /** root: the svg element; view: where the film is. */
    constructor(root, view) {
      Object.assign(this, { root, view });
      this.lines = svg('g', { class: 'slips', 'aria-hidden': 'true' });
      this.bodies = svg('g', { class: 'bodies' });
      root.append(this.lines, this.bodies);
      this.made = '';
    }

    /** Draw a report; selected is [vertebra, corner] (corner null: all of it) or null. */
    draw(report, selected) {
      this.report = report;
      const shape = JSON.stringify(report.vertebrae.map((v) => v.corners.map((p) => p !== null)));
      if (shape !== this.made) this.make(report);
      this.made = shape;
      this.place(selected);
    }

    make(report) {
      this.bodies.replaceChildren();
      this.parts = report.vertebrae.map((vertebra, place) => {
        const group = svg('g', { class: 'vertebra' });
        const outline = svg('polygon', { class: 'outline' });
        const label = svg('text', {
          class: 'level', tabindex: 0, role: 'button', 'data-vertebra': place });
        group.append(outline, label);
        const handles = vertebra.corners.map((p, corner) => {
          if (p === null) return null;
          const handle = svg('g', {
            class: 'handle', tabindex: 0, role: 'button',
            'data-vertebra': place, 'data-corner': corner },
          svg('circle', { class: 'reach', r: 15 }), svg('circle', { class: 'dot', r: 4.5 }),
          svg('path', { class: 'cross', d: 'M-11 0H-3M3 0H11M0 -11V-3M0 3V11' }));
          group.append(handle);
          return handle;
        });
        this.bodies.append(group);
        return { group, outline, label, handles };
      });
    }

    place(selected) {
      const { view, report } = this;
      const warned = new Set(report.warnings.filter((w) => w.severity !== 'note')
        .flatMap((w) => w.vertebrae));
      report.vertebrae.forEach((vertebra, place) => {
        const part = this.parts[place];
        const quad = S.quadOf(vertebra.corners);
        const { moved, status } = report.review.vertebrae[place];
        const around = AROUND.map((i) => quad[i]).filter(S.isKnown);
        put(part.outline, {
          points: around.map((p) => view.toStage(p).map(shown).join(',')).join(' ') });
        put(part.group, { class: `vertebra ${status} ${warned.has(vertebra.order) ? 'warned' : ''}` });
        const name = vertebra.level || '?';
        const middle = view.toStage(S.centre(quad));
        if (S.isKnown(middle)) put(part.label, { x: shown(middle[0]), y: shown(middle[1]) });
        part.label.textContent = name;
        const isWhole = selected && selected[0] === place && selected[1] === null;
        part.label.classList.toggle('selected', Boolean(isWhole));
        put(part.label, { 'aria-label': `vertebra ${name}, ${status}` });
        part.handles.forEach((handle, corner) => {
          if (!handle) return;
          const [x, y] = view.toStage(quad[corner]);
          put(handle, {
            transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})`,
            'aria-label': `${name} ${NAMES[corner]}, x ${quad[corner][0].toFixed(1)}, `
              + `y ${quad[corner][1].toFixed(1)}${moved[corner] ? ', moved' : ''}`,
          });
          handle.classList.toggle('moved', moved[corner]);
          const is = selected && selected[0] === place && selected[1] === corner;
          handle.classList.toggle('selected', Boolean(is));
        });
      });
      this.drawSlips();
    }

    drawSlips() {
      const { report, view } = this;
      const quads = new Map(report.vertebrae.map((v) => [v.order, S.quadOf(v.corners)]));
      const { facing } = report.film;
      const drawn = [];
      for (const pair of report.pairs) {
        const [lower, upper] = [quads.get(pair.lower_order), quads.get(pair.upper_order)];
        const line = (a, b, width) => {
          const [p, q] = [view.toStage(a), view.toStage(b)];
          drawn.push(svg('line', {
            x1: shown(p[0]), y1: shown(p[1]), x2: shown(q[0]), y2: shown(q[1]),
            'stroke-width': width,
            class: gradeClass(pair.grade) }));
        };
        if (pair.slip_percent !== null) {
          const [ps, as] = S.anatomical(lower, facing);
          const pi = S.anatomical(upper, facing)[2];
          const along = S.minus(as, ps);
          const foot = S.plus(ps, S.times(along, pair.slip_percent / 100));
          const beyond = S.times(along, EXTENDED);
          line(S.minus(ps, beyond), S.plus(as, beyond), 1);
          line(pi, foot, 1);
          line(ps, foot, 4);
        }
        const side = facing === 'right' ? 0 : 1;
        const ends = [lower[side], upper[2 + side]].filter(S.isKnown).map((p) => view.toStage(p));
        if (!ends.length) continue;
        const far = facing === 'right' ? Math.min : Math.max;
        const x = far(...ends.map((p) => p[0])) + (facing === 'right' ? -20 : 20);
        const y = ends.reduce((sum, p) => sum + p[1], 0) / ends.length;
        const text = svg('text', {
          x: shown(x), y: shown(y),
          class: `slip ${pair.grade === null ? 'unmeasured' : gradeClass(pair.grade)}`,
          'text-anchor': facing === 'right' ? 'end' : 'start' });
        text.textContent = pair.slip_percent === null
          ? 'not measured' : `${S.slipText(pair.slip_percent)}  ${pair.grade}`;
        drawn.push(text);
      }
      this.lines.replaceChildren(...drawn);
    }

    /** Element of a selection, to be focused. */
    element(selected) {
      const part = selected && this.parts[selected[0]];
      if (!part) return null;
      return selected[1] === null ? part.label : part.handles[selected[1]];
    }
  }

  /** A slip with its sign, as reports show it. */
  S.slipText = (percent) =>
    `${percent < 0 ? '\u2212' : '+'}${Math.abs(percent).toFixed(1)} %`;

  Object.assign(S, { Overlay, svg, CORNER_NAMES: NAMES, gradeClass });
})((window.Spondylo = window.Spondylo || {}));
