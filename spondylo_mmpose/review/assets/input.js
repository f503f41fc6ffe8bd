// Mouse, touch and keyboard on the film.
(function (S) {
  'use strict';

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const STEP = 1; // px; Shift makes it ten, Alt or Ctrl a tenth
  const WHEEL = 0.0016;

  /** What was pressed on: [vertebra, corner], [vertebra, null] or null. */
  function hit(event) {
    const at = event.target.closest('[data-vertebra]');
    if (!at) return null;
    const { vertebra, corner } = at.dataset;
    return [Number(vertebra), corner === undefined ? null : Number(corner)];
  }

  /** Pointers: drag corners and whole vertebrae, pan, pinch, set the window. */
  function usePointers(app) {
    const { stage, view } = app;
    const down = new Map();
    let drag = null;

    stage.addEventListener('pointerdown', (event) => {
      if (event.target.closest('.over')) return;
      const at = view.ofEvent(event);
      down.set(event.pointerId, at);
      stage.setPointerCapture(event.pointerId);
      if (down.size > 1) {
        drag = { kind: 'pinch' };
        return;
      }
      if (app.adding && event.button === 0) {
        event.preventDefault();
        app.add(view.toFilm(at));
        return;
      }
      const on = event.button === 0 ? hit(event) : null;
      drag = { kind: event.button === 2 ? 'window' : 'pan', from: at };
      if (on) {
        event.preventDefault();
        app.select(on, true);
        const quad = app.state.vertebrae[on[0]].corners;
        const start = on[1] === null ? view.toFilm(at) : quad[on[1]];
        // A handle is taken where it was grabbed: it must not jump under the pointer.
        const off = S.minus(start, view.toFilm(at));
        drag = { kind: 'corner', on, off, start, state: app.state, mark: Symbol('drag') };
      }
    });

    stage.addEventListener('pointermove', (event) => {
      if (!down.has(event.pointerId) || !drag) return;
      const before = down.get(event.pointerId);
      const at = view.ofEvent(event);
      const moved = [at[0] - before[0], at[1] - before[1]];
      if (drag.kind === 'pinch') pinch(event.pointerId, before, at, down, view);
      down.set(event.pointerId, at);
      if (drag.kind === 'pan') view.pan(...moved);
      if (drag.kind === 'window') app.setWindow(-moved[1] * 0.5, moved[0] * 0.5);
      if (drag.kind === 'corner') {
        const to = S.plus(view.toFilm(at), drag.off);
        const [vertebra, corner] = drag.on;
        const next = corner === null
          ? S.moveVertebra(drag.state, vertebra, S.minus(to, drag.start), app.film)
          : S.placeCorner(drag.state, vertebra, corner, to, app.film);
        app.change(next, drag.mark);
      }
    });

    const end = (event) => {
      down.delete(event.pointerId);
      drag = null;
    };
    stage.addEventListener('pointerup', end);
    stage.addEventListener('pointercancel', end);
    stage.addEventListener('contextmenu', (event) => event.preventDefault());
    stage.addEventListener('wheel', (event) => {
      event.preventDefault();
      view.zoomBy(Math.exp(-event.deltaY * WHEEL), view.ofEvent(event));
    }, { passive: false });
  }

  function pinch(id, before, at, down, view) {
    const other = [...down.entries()].find(([key]) => key !== id);
    if (!other) return;
    const fixed = other[1];
    const apart = (p) => Math.max(1, S.norm(S.minus(p, fixed)));
    view.zoomBy(apart(at) / apart(before), fixed);
    view.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
  }

  function nudge(app, event) {
    const [vertebra, corner] = app.selected;
    const factor = event.shiftKey ? 10 : event.altKey || event.ctrlKey ? 0.1 : 1;
    const by = S.times(ARROWS[event.key], STEP * factor);
    const mark = `nudge ${app.selected}`;
    if (corner === null) {
      app.change(S.moveVertebra(app.state, vertebra, by, app.film), mark);
      return;
    }
    const from = app.state.vertebrae[vertebra].corners[corner];
    app.change(S.placeCorner(app.state, vertebra, corner, S.plus(from, by), app.film), mark);
    app.view.reveal(app.state.vertebrae[vertebra].corners[corner]);
  }

  /** Keys: see docs/review.md. */
  function useKeys(app) {
    app.stage.addEventListener('focusin', (event) => {
      const on = hit(event);
      if (!on) return;
      app.select(on);
      const { corners } = app.state.vertebrae[on[0]];
      app.view.reveal(on[1] === null ? S.centre(S.quadOf(corners)) : corners[on[1]]);
    });
    const plain = {
      '+': () => app.view.zoomBy(1.25),
      '=': () => app.view.zoomBy(1.25),
      '-': () => app.view.zoomBy(0.8),
      0: () => app.view.fit(),
      o: () => app.toggleOverlay(),
      a: () => app.startAdding(),
      Delete: () => app.remove(),
      Backspace: () => app.remove(),
      Escape: () => (app.adding ? app.stopAdding() : app.select(null)),
    };
    const command = {
      z: () => app.undo(), y: () => app.redo(), Z: () => app.redo(), s: () => app.save(),
    };
    document.addEventListener('keydown', (event) => {
      const typing = event.target.closest('input:not([type=range]):not([type=radio]), select, textarea');
      if (typing && !(event.ctrlKey && event.key === 's')) return;
      if (event.key in ARROWS) {
        if (event.target.closest('input')) return;
        if (!app.selected) return;
        event.preventDefault();
        nudge(app, event);
        return;
      }
      const act = event.ctrlKey || event.metaKey ? command[event.key] : plain[event.key];
      if (!act || event.altKey) return;
      event.preventDefault();
      act();
    });
  }

  Object.assign(S, { usePointers, useKeys });
})((window.Spondylo = window.Spondylo || {}));
