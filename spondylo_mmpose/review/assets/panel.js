// The tables and settings beside the film.
(function (S) {
  'use strict';

  /** An element of HTML; children that are no nodes become text. */
  function el(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) made.setAttribute(name, value === true ? '' : value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  const minus = (text) => text.replace('-', '\u2212');
  const one = (value) => minus(value.toFixed(1));
  const pairName = (pair) => `${pair.upper || '?'}/${pair.lower || '?'}`;

  /** Reasons of what is missing, each once with those that it is of. */
  function grouped(entries) {
    const found = new Map();
    for (const [who, why] of entries) found.set(why, [...(found.get(why) || []), who]);
    return [...found];
  }

  function measuredRow(pair) {
    const interval = pair.slip_interval
      ? `${one(pair.slip_interval[0])} to ${one(pair.slip_interval[1])}` : '\u2013';
    const cell = (value, text) => el('td', { class: value === null ? 'none' : null },
      value === null ? '\u2013' : text(value));
    return el('tr', { 'data-pair': pairName(pair) },
      el('th', { scope: 'row' }, pairName(pair)),
      el('td', { class: 'slip', title: pair.direction === 'none' ? 'no slip' : pair.direction },
        S.slipText(pair.slip_percent)),
      el('td', { class: pair.slip_interval ? null : 'none' }, interval),
      cell(pair.slip_mm, one),
      el('td', {}, el('span', { class: `grade ${S.gradeClass(pair.grade)}` },
        pair.grade.replace(', uncertain', ' ?'))),
      cell(pair.disc_angle, (v) => `${one(v)}\u00b0`));
  }

  function lostRow(pair) {
    return el('tr', { 'data-pair': pairName(pair), class: 'lost' },
      el('th', { scope: 'row' }, pairName(pair)),
      el('td', { colspan: 5 }, `not measured: ${pair.reasons.slip_percent}`));
  }

  /** The table of slips, from the uppermost pair down as the spine stands. */
  function drawPairs(body, report) {
    const rows = report.pairs.map((pair) =>
      (pair.slip_percent === null ? lostRow(pair) : measuredRow(pair))).reverse();
    if (!rows.length) {
      rows.push(el('tr', {}, el('td', { colspan: 6, class: 'lost' },
        'not measured: no two neighbouring vertebrae')));
    }
    body.replaceChildren(...rows);
  }

  /** What the table leaves open, and why. */
  function drawNotes(list, report) {
    const measured = report.pairs.filter((pair) => pair.slip_percent !== null);
    const lost = (name) => grouped(measured.filter((pair) => pair[name] === null)
      .map((pair) => [pairName(pair), pair.reasons[name]]));
    const items = [];
    for (const [name, field] of [['interval', 'slip_interval'], ['mm', 'slip_mm'],
      ['disc angle', 'disc_angle']]) {
      for (const [why, who] of lost(field)) {
        const of = who.length === measured.length ? '' : ` (${who.reverse().join(', ')})`;
        items.push(el('li', {}, el('b', {}, `${name}${of}`), ` not measured: ${why}`));
      }
    }
    const uncertain = measured.filter((pair) => pair.grade.includes('uncertain'));
    if (uncertain.length) {
      items.push(el('li', {}, el('b', {}, 'grade ?'),
        ` uncertain: the interval crosses a border (${uncertain.map(pairName).reverse().join(', ')})`));
    }
    list.replaceChildren(...items);
  }

  function drawLordosis(place, report) {
    const { degrees, reasons, upper, lower } = report.lordosis;
    const text = degrees === null ? `not measured: ${reasons.degrees}` : `${one(degrees)}\u00b0`;
    place.replaceChildren(`Lordosis ${upper}\u2013${lower}: `,
      el('span', { class: degrees === null ? 'none' : 'value' }, text));
  }

  /** Warnings, those that matter first. */
  function drawWarnings(list, report) {
    const levels = new Map(report.vertebrae.map((v) => [v.order, v.level || '?']));
    const rank = { refusal: 0, caution: 1, note: 2 };
    const sorted = [...report.warnings].sort((a, b) => rank[a.severity] - rank[b.severity]);
    if (!sorted.length) {
      list.replaceChildren(el('li', {}, 'none'));
      return;
    }
    list.replaceChildren(...sorted.map((warning) => {
      const who = warning.vertebrae.filter((o) => levels.has(o)).map((o) => levels.get(o));
      return el('li', { class: warning.severity, 'data-code': warning.code },
        who.length ? el('b', {}, `${who.join(', ')}: `) : null, warning.text);
    }));
  }

  /** The selected corner, in words. */
  function drawSelected(place, report, selected) {
    const vertebra = selected && report.vertebrae[selected[0]];
    if (!vertebra) {
      place.textContent = 'Select a corner: click it, or press Tab.';
      return;
    }
    const reviewed = report.review.vertebrae[selected[0]];
    const name = vertebra.level || '?';
    if (selected[1] === null) {
      place.textContent = `${name}, ${reviewed.status}. Arrow keys move all of it.`;
      return;
    }
    const [x, y] = vertebra.corners[selected[1]];
    const std = vertebra.corner_std && vertebra.corner_std[selected[1]];
    const whose = reviewed.moved[selected[1]] ? 'placed by hand' : 'as the model found it';
    place.textContent = `${name} ${S.CORNER_NAMES[selected[1]]}: `
      + `${x.toFixed(1)}, ${y.toFixed(1)} px, ${whose}`
      + `${std ? `, \u00b1 ${std.toFixed(1)} px` : ''}`;
  }

  /** Settings that follow the report: shown unless a person types in them. */
  function drawSettings(form, report, state) {
    const { film } = report;
    const set = (name, value) => {
      const field = form.elements[name];
      if (field !== document.activeElement) field.value = value;
    };
    form.querySelectorAll('[name=facing]').forEach((radio) => {
      radio.checked = radio.value === film.facing;
    });
    const { facing_origin: origin, facing_confidence: vote } = film;
    form.querySelector('#facing-origin').textContent = film.facing === null
      ? 'not known' : `${origin}${vote === null ? '' : `, vote ${vote.toFixed(2)}`}`;
    set('lowest', state.vertebrae.length ? state.lowest : '');
    form.elements.lowest.disabled = !state.vertebrae.length;
    form.querySelector('#level-origin').textContent = report.vertebrae.length
      ? S.texts.origins[report.vertebrae[0].level_origin] : '';
    const spacing = film.pixel_spacing_mm;
    set('spacing', spacing ? [...new Set(spacing)].join(', ') : '');
    form.querySelector('#spacing-origin').textContent = film.spacing_origin || 'not known';
    set('aspect', film.pixel_aspect === null ? '' : String(S.rounded(film.pixel_aspect, 6)));
    form.querySelector('#aspect-origin').textContent = film.aspect_origin || 'not known';
    set('std', state.std === null ? '' : String(state.std));
  }

  /** Show all of a report. */
  function drawPanel(page, report, state, selected) {
    const find = (id) => page.getElementById(id);
    drawPairs(find('pairs'), report);
    drawNotes(find('notes'), report);
    drawLordosis(find('lordosis'), report);
    drawWarnings(find('warnings'), report);
    drawSelected(find('selected'), report, selected);
    drawSettings(find('settings'), report, state);
  }

  Object.assign(S, { el, drawPanel });
})((window.Spondylo = window.Spondylo || {}));
