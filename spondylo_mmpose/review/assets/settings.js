// Buttons and fields of a review page.
(function (S) {
  'use strict';

  const find = (id) => document.getElementById(id);

  /** Positive numbers out of a field, [] where it is empty, null where it holds others. */
  function numbersOf(text, least, most) {
    const parts = text.split(/[,;\s]+/).filter(Boolean).map(Number);
    return parts.every((v) => v > least && v <= most) ? parts : null;
  }

  /** Take a setting over; marks the field where it makes no sense. */
  function read(field, least, most, lengths, take) {
    const numbers = numbersOf(field.value, least, most);
    const sound = numbers !== null && lengths.includes(numbers.length);
    field.setAttribute('aria-invalid', String(!sound));
    if (sound) take(numbers);
  }

  function useSettings(app) {
    const form = find('settings');
    const { elements } = form;
    const set = (what) => app.change({ ...app.state, ...what });
    const { limits } = S;
    form.addEventListener('submit', (event) => event.preventDefault());
    form.querySelectorAll('[name=facing]').forEach((radio) => {
      radio.addEventListener('change', () => set({ facing: radio.value }));
    });
    elements.lowest.append(...limits.levels.map((level) =>
      S.el('option', { value: level }, level)));
    elements.lowest.addEventListener('change', () =>
      set({ lowest: elements.lowest.value, lowestGiven: true }));
    elements.spacing.addEventListener('change', () =>
      read(elements.spacing, 0, limits.largestSpacing, [0, 1, 2], (numbers) => set({
        spacing: numbers.length ? [numbers[0], numbers[numbers.length - 1]] : null })));
    elements.aspect.addEventListener('change', () =>
      read(elements.aspect, 1 / limits.largestAspect - 1e-9, limits.largestAspect, [0, 1],
        (numbers) => set({ aspect: numbers.length ? numbers[0] : null, spacing: null })));
    elements.std.addEventListener('change', () =>
      read(elements.std, 0, limits.mostStd, [0, 1], (numbers) =>
        set({ std: numbers.length ? numbers[0] : null })));
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target.matches('input')) event.target.blur();
    });
  }

  function useButtons(app) {
    const on = (id, act) => find(id).addEventListener('click', act);
    on('in', () => app.view.zoomBy(1.25));
    on('out', () => app.view.zoomBy(0.8));
    on('fit', () => app.view.fit());
    on('toggle', () => app.toggleOverlay());
    on('undo', () => app.undo());
    on('redo', () => app.redo());
    on('reset', () => app.change(S.stateOf(S.report)));
    on('add', () => app.startAdding());
    on('remove', () => app.remove());
    on('renumber', () => app.change(S.renumber(app.state)));
    on('complete', () => app.change(app.state.vertebrae.reduce(
      (state, _, i) => S.completeVertebra(state, i, app.film), app.state)));
    on('save', () => app.save());
    on('coco', () => app.saveCoco());
    on('open', () => find('file').click());
    find('file').addEventListener('change', (event) => {
      const [file] = event.target.files;
      if (file) app.open(file);
      event.target.value = '';
    });
    for (const id of ['brightness', 'contrast', 'invert']) {
      find(id).addEventListener('input', () => app.readWindow());
    }
    on('unwindow', () => {
      find('brightness').value = 0;
      find('contrast').value = 100;
      find('invert').checked = false;
      app.readWindow();
    });
  }

  /** Start the page. */
  async function start() {
    const data = JSON.parse(find('data').textContent);
    const app = new S.App(data);
    S.app = app;
    useSettings(app);
    useButtons(app);
    S.usePointers(app);
    S.useKeys(app);
    window.addEventListener('beforeunload', (event) => {
      if (app.isDirty) event.preventDefault();
    });
    if (data.server) {
      for (const [id, address] of [['list', data.server.list], ['next', data.server.next]]) {
        find(id).hidden = !address;
        if (address) find(id).href = address;
      }
    }
    app.draw();
    const picture = find('picture');
    try {
      await picture.decode();
      app.view.load(picture);
    } catch {
      app.say('The picture of the film cannot be shown.', true);
    }
    document.body.dataset.ready = 'yes';
  }

  S.start = start;
  // Tests load the formulas alone.
  if (find('data')) start();
})((window.Spondylo = window.Spondylo || {}));
