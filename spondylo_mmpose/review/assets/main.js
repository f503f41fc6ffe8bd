// Brings the parts of a review page together.
(function (S) {
  'use strict';

  const LOUPE = 4; // times
  const find = (id) => document.getElementById(id);

  class App {
    constructor(data) {
      Object.assign(S, data);
      this.film = data.report.film;
      this.stage = find('stage');
      this.view = new S.View(this.stage, find('film'), this.film);
      this.overlay = new S.Overlay(find('overlay'), this.view);
      const start = data.reviewed
        ? S.stateOfReview(data.report, data.reviewed) : S.stateOf(data.report);
      this.history = new S.History(start);
      this.saved = data.reviewed ? JSON.stringify(start) : null;
      this.savedAs = data.reviewed && data.reviewed.review;
      this.selected = null;
      this.adding = false;
      if (this.savedAs) find('who').value = this.savedAs.who || '';
      this.view.listeners.push(() => this.onView());
    }

    get state() { return this.history.now; }

    /** Whether there is something that would be lost. */
    get isDirty() {
      const now = JSON.stringify(this.state);
      return now !== (this.saved || JSON.stringify(S.stateOf(S.report)));
    }

    /** The report as it is now. */
    current() {
      const when = new Date().toISOString().replace(/\.\d+/, '');
      const who = find('who').value.trim();
      return S.buildReport(S.report, this.state, { when, who, digest: S.digest, version: S.version });
    }

    change(state, mark = null) {
      this.history.push(state, mark);
      this.draw();
    }

    select(selected, focus = false) {
      const same = JSON.stringify(selected) === JSON.stringify(this.selected);
      this.selected = selected;
      if (!same) this.draw();
      const element = this.overlay.element(selected);
      if (focus && element) element.focus({ preventScroll: true });
      if (!selected && this.stage.contains(document.activeElement)) this.stage.focus();
    }

    /** Show everything as it is now. */
    draw() {
      const count = this.state.vertebrae.length;
      if (this.selected && this.selected[0] >= count) this.selected = null;
      this.report = this.current();
      this.view.setAspect(this.report.film.pixel_aspect || 1);
      this.overlay.draw(this.report, this.selected);
      S.drawPanel(document, this.report, this.state, this.selected);
      find('undo').disabled = !this.history.past.length;
      find('redo').disabled = !this.history.future.length;
      find('remove').disabled = !this.selected;
      find('complete').hidden = !this.state.vertebrae.some((v) => v.corners.includes(null));
      find('renumber').hidden = !this.report.warnings.some((w) => w.code === 'order_disagrees');
      find('save').textContent = this.report.review.status === 'accepted'
        ? 'Accept as it is' : 'Save correction';
      this.drawStatus();
      this.drawLoupe();
    }

    drawStatus() {
      let [text, kind] = ['not reviewed', 'open'];
      if (this.isDirty) [text, kind] = ['changed, not saved', 'dirty'];
      else if (this.savedAs) [text, kind] = [this.savedAs.status, this.savedAs.status];
      const chip = find('status');
      chip.textContent = text;
      chip.className = `chip ${kind}`;
    }

    drawLoupe() {
      const loupe = find('loupe');
      const vertebra = this.selected && this.state.vertebrae[this.selected[0]];
      const corner = vertebra && this.selected[1] !== null && vertebra.corners[this.selected[1]];
      loupe.hidden = !corner || !this.view.grey;
      if (loupe.hidden) return;
      const pen = loupe.getContext('2d');
      const size = loupe.width;
      const zoom = LOUPE * Math.max(1, this.view.zoom);
      pen.imageSmoothingEnabled = false;
      pen.fillStyle = '#000';
      pen.fillRect(0, 0, size, size);
      const side = size / zoom;
      pen.drawImage(this.view.canvas, corner[0] + 0.5 - side / 2, corner[1] + 0.5 - side / 2,
        side, side, 0, 0, size, size);
      pen.strokeStyle = '#ffd23f';
      pen.beginPath();
      for (const [from, to] of [[0, 0.42], [0.58, 1]]) {
        pen.moveTo(size / 2, from * size);
        pen.lineTo(size / 2, to * size);
        pen.moveTo(from * size, size / 2);
        pen.lineTo(to * size, size / 2);
      }
      pen.stroke();
    }

    onView() {
      if (this.report) this.overlay.place(this.selected);
      find('zoom').textContent = `${Math.round(this.view.zoom * 100)} %`;
      this.drawLoupe();
    }

    setWindow(brightness, contrast) {
      const clip = (input, value) => {
        input.value = Number(input.value) + value;
      };
      clip(find('brightness'), brightness);
      clip(find('contrast'), contrast);
      this.readWindow();
    }

    readWindow() {
      this.view.brightness = Number(find('brightness').value);
      this.view.contrast = Number(find('contrast').value);
      this.view.inverted = find('invert').checked;
      this.view.shade();
    }

    toggleOverlay() {
      const hidden = this.stage.classList.toggle('bare');
      find('toggle').setAttribute('aria-pressed', String(!hidden));
    }

    startAdding() {
      this.adding = true;
      this.stage.classList.add('adding');
      this.say('Click the middle of the vertebra that is missing. Escape ends it.');
    }

    stopAdding() {
      this.adding = false;
      this.stage.classList.remove('adding');
      this.say('');
    }

    add(at) {
      this.stopAdding();
      const { state, index } = S.addVertebra(this.state, at, this.film);
      this.change(state);
      this.select([index, 0], true);
    }

    remove() {
      if (!this.selected) return;
      const assumed = S.report.vertebrae.length
        && S.report.vertebrae[0].level_origin === S.texts.assumed;
      const index = this.selected[0];
      this.selected = null;
      this.change(S.removeVertebra(this.state, index, assumed));
      this.stage.focus();
    }

    undo() { if (this.history.undo()) this.draw(); }

    redo() { if (this.history.redo()) this.draw(); }

    say(text, isError = false) {
      const place = find('said');
      place.textContent = text;
      place.classList.toggle('error', isError);
    }

    async save() {
      if (this.saving) return;
      this.saving = true;
      find('save').disabled = true;
      const state = JSON.stringify(this.state);
      try {
        const saved = await S.saveReport(this.current());
        this.saved = state;
        this.savedAs = saved.review;
        this.say(S.server ? 'Saved.' : 'Saved as a file; keep it beside the report.');
        find('next').classList.toggle('ready', true);
      } catch (error) {
        this.say(`Not saved: ${error.message}`, true);
      }
      this.saving = false;
      find('save').disabled = false;
      this.drawStatus();
    }

    saveCoco() {
      try {
        S.saveCoco(this.current());
        this.say('Saved as COCO.');
      } catch (error) {
        this.say(`No COCO: ${error.message}.`, true);
      }
    }

    async open(file) {
      try {
        const told = await S.openReview(file);
        find('who').value = told.review.who || '';
        this.change(S.stateOfReview(S.report, told));
        this.saved = JSON.stringify(this.state);
        this.savedAs = told.review;
        this.say('Opened.');
        this.drawStatus();
      } catch (error) {
        this.say(`Not opened: ${error.message}.`, true);
      }
    }
  }

  S.App = App;
})((window.Spondylo = window.Spondylo || {}));
