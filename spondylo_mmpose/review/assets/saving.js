// Where a review goes: to the server that the page is from, or to a file.
(function (S) {
  'use strict';

  /** Hand a text to the person as a file. */
  function download(name, text, type) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = S.el('a', { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  const asText = (value) => `${JSON.stringify(value, null, 1)}\n`;

  /** Ask the server; its own words are the error's. */
  async function ask(address, options = {}) {
    let answer;
    try {
      answer = await fetch(address, { cache: 'no-store', ...options });
    } catch {
      throw new Error('the server does not answer; is it still running?');
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const error = new Error(told.error || `the server says ${answer.status}`);
      throw Object.assign(error, { told, status: answer.status });
    }
    return told;
  }

  /** Ask the server to change something. */
  async function send(address, options) {
    // Asked for anew each time: a restarted server has another one.
    const { token } = await ask(S.server ? S.server.session : '/api/session');
    const headers = { 'X-Spondylo-Token': token, ...options.headers };
    return ask(address, { ...options, headers });
  }

  /** Save a report; tells what is saved now. */
  async function saveReport(report) {
    if (!S.server) {
      download(`${S.stem}.reviewed.json`, asText(report), 'application/json');
      return report;
    }
    try {
      const told = await send(S.server.review, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Spondylo-Before': S.server.before },
        body: JSON.stringify(report),
      });
      S.server.before = told.before;
      return told.report;
    } catch (error) {
      if (error.status !== 409) throw error;
      // Who saves once more has read this.
      S.server.before = error.told.before;
      throw new Error(`${error.message}. Open the film in another tab to see that, or save `
        + 'once more to put yours in its place.');
    }
  }

  /** Save a report as training data. */
  function saveCoco(report) {
    const name = report.film.name || `${S.stem}.png`;
    download(`${S.stem}.coco.json`, asText(S.cocoOf(report, name)), 'application/json');
  }

  /** A review out of a file that was saved before; an Error says why it is none. */
  async function openReview(file) {
    let told;
    try {
      told = JSON.parse(await file.text());
    } catch {
      throw new Error('the file is no JSON');
    }
    if (told.format !== S.report.format || !told.review) {
      throw new Error('the file is no reviewed report');
    }
    if (told.review.origin_sha256 !== S.digest) {
      throw new Error('the file is a review of another film, or of another report of it');
    }
    return told;
  }

  Object.assign(S, { ask, send, saveReport, saveCoco, openReview });
})((window.Spondylo = window.Spondylo || {}));
