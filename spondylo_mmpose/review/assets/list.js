// The list of films of a server: uploads, statuses, exports.
(function (S) {
  'use strict';

  const find = (id) => document.getElementById(id);
  const { el } = S;
  const STATUSES = ['new', 'reported', 'accepted', 'corrected', 'failed'];
  const CALM_MS = 10000;
  const BUSY_MS = 1000;
  const TOGETHER = 2; // uploads at once

  const state = { films: [], measuring: null, shown: null, drawn: '' };

  function say(text, isError = false) {
    find('said').textContent = text;
    find('said').classList.toggle('error', isError);
  }

  function facts(film) {
    if (film.status === 'failed') return el('small', {}, `failed: ${film.failed}`);
    if (film.status === 'new') {
      return el('small', {}, film.id === state.measuring ? 'is measured now' : 'waits');
    }
    const slip = film.slip === null ? 'no slip measured' : `${film.slip}, grade ${film.grade}`;
    const told = [slip, `${film.vertebrae} vertebrae`];
    if (film.warnings) told.push(`${film.warnings} warning${film.warnings > 1 ? 's' : ''}`);
    return el('span', {}, told.join('; '));
  }

  function removal(film) {
    if (!film.uploaded || film.status === 'new') return null;
    const button = el('button', { title: 'remove the film and all that was made of it' }, 'remove');
    button.addEventListener('click', async () => {
      if (!window.confirm('Remove this film, its report and its review from the folder?')) return;
      await attempt(() => S.send(`/api/films/${film.id}`, { method: 'DELETE' }));
    });
    return button;
  }

  async function attempt(act) {
    try {
      await act();
      say('');
    } catch (error) {
      say(error.message, true);
    }
    refresh();
  }

  function card(film) {
    const has = film.vertebrae !== null && film.status !== 'failed';
    const address = `/films/${film.id}`;
    const shown = has
      ? el('a', { class: 'shown', href: address },
        el('img', { src: `${address}/thumbnail.jpg`, loading: 'lazy', alt: 'film with vertebrae and slips' }))
      : el('span', { class: 'shown' });
    const review = film.when
      ? el('small', {}, `${film.when.slice(0, 16).replace('T', ' ')} UTC${film.who ? `, ${film.who}` : ''}`)
      : null;
    return el('article', { class: 'film', 'data-id': film.id, 'data-status': film.status },
      shown, el('div', { class: 'told' },
        has ? el('a', { class: 'name', href: address }, film.name) : el('span', { class: 'name' }, film.name),
        facts(film),
        film.note ? el('small', {}, film.note) : null,
        el('div', { class: 'row' },
          el('span', { class: `chip ${film.status} ${film.status === 'new' ? 'waiting' : ''}` }, film.status),
          review, removal(film))));
  }

  function draw() {
    const sought = find('search').value.toLowerCase();
    const key = JSON.stringify([state, sought]);
    if (key === state.drawn) return;
    const counts = STATUSES.map((status) =>
      [status, state.films.filter((film) => film.status === status).length]);
    find('counts').replaceChildren(...counts.filter(([, number]) => number).map(([status, number]) => {
      const chip = el('button', {
        class: `chip ${status}`, 'aria-pressed': String(state.shown === status) },
      `${number} ${status}`);
      chip.addEventListener('click', () => {
        state.shown = state.shown === status ? null : status;
        draw();
      });
      return chip;
    }));
    const films = state.films.filter((film) =>
      (!state.shown || film.status === state.shown) && film.name.toLowerCase().includes(sought));
    find('films').replaceChildren(...films.map(card));
    find('empty').hidden = state.films.length > 0;
    find('coco').hidden = !state.films.some((film) => film.when);
    state.drawn = JSON.stringify([state, sought]);
  }

  let timer = null;

  async function refresh() {
    clearTimeout(timer);
    try {
      Object.assign(state, await S.ask('/api/films'));
      draw();
      if (find('said').dataset.lost) say('');
      delete find('said').dataset.lost;
    } catch (error) {
      say(error.message, true);
      find('said').dataset.lost = 'yes';
    }
    const busy = state.films.some((film) => film.status === 'new');
    timer = setTimeout(refresh, busy ? BUSY_MS : CALM_MS);
    document.body.dataset.ready = 'yes';
  }

  /** Send a file; XMLHttpRequest, since fetch tells no progress. */
  function transfer(file, token, progress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', `/api/films?name=${encodeURIComponent(file.name)}`);
      request.setRequestHeader('X-Spondylo-Token', token);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) progress.value = event.loaded / event.total;
      });
      request.addEventListener('error', () => reject(new Error('the server does not answer')));
      request.addEventListener('load', () => {
        let told = {};
        try { told = JSON.parse(request.responseText); } catch { /* told below */ }
        if (request.status < 300) resolve(told);
        else reject(new Error(told.error || `the server says ${request.status}`));
      });
      request.send(file);
    });
  }

  async function uploadOne(file) {
    const progress = el('progress', { max: 1, value: 0 });
    const line = el('li', {}, el('span', {}, file.name), progress);
    find('uploads').append(line);
    try {
      const { token } = await S.ask('/api/session');
      const told = await transfer(file, token, progress);
      if (told.new) line.remove();
      else progress.replaceWith(el('span', {}, 'is here already'));
    } catch (error) {
      progress.remove();
      line.append(el('span', { class: 'bad' }, `${error.message}`));
    }
    refresh();
  }

  async function upload(files) {
    const waiting = [...files];
    find('uploads').replaceChildren();
    const work = async () => {
      while (waiting.length) await uploadOne(waiting.shift());
    };
    await Promise.all(Array.from({ length: TOGETHER }, work));
  }

  function useDrop() {
    const drop = find('drop');
    if (!drop) return;
    const input = find('files');
    drop.addEventListener('click', () => input.click());
    drop.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        input.click();
      }
    });
    input.addEventListener('click', (event) => event.stopPropagation());
    input.addEventListener('change', () => {
      upload([...input.files]);
      input.value = '';
    });
    // Anywhere on the page: a film that misses the field would open in its place.
    window.addEventListener('dragover', (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
    window.addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) drop.classList.remove('over');
    });
    window.addEventListener('drop', (event) => {
      event.preventDefault();
      drop.classList.remove('over');
      upload(event.dataTransfer.files);
    });
  }

  useDrop();
  find('search').addEventListener('input', draw);
  refresh();
})((window.Spondylo = window.Spondylo || {}));
