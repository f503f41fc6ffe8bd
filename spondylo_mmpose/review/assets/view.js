// The film on the screen: zoom, pan, grey values, and a map between px of the film and
// of the screen.
(function (S) {
  'use strict';

  const [LEAST_ZOOM, MOST_ZOOM] = [0.05, 40];
  const BARS = [66, 50]; // px of the stage that buttons take above and below

  class View {
    /** stage: element that holds the canvas; film: facts of the report. */
    constructor(stage, canvas, film) {
      Object.assign(this, { stage, canvas, film });
      Object.assign(this, { zoom: 1, x: 0, y: 0, aspect: 1, fitted: true });
      Object.assign(this, { brightness: 0, contrast: 100, inverted: false });
      this.listeners = [];
      new ResizeObserver(() => (this.fitted ? this.fit() : this.apply())).observe(stage);
    }

    /** Take the picture; keeps its grey values to shade them anew. */
    load(picture) {
      const { canvas } = this;
      canvas.width = this.film.width;
      canvas.height = this.film.height;
      this.context = canvas.getContext('2d', { willReadFrequently: true });
      this.context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      this.image = this.context.getImageData(0, 0, canvas.width, canvas.height);
      const rgba = this.image.data;
      this.grey = new Uint8Array(rgba.length / 4);
      for (let i = 0; i < this.grey.length; i += 1) this.grey[i] = rgba[4 * i];
      this.shade();
      this.fit();
    }

    /** Show the grey values through the window that is set. */
    shade() {
      if (!this.grey) return;
      const table = new Uint32Array(256);
      for (let v = 0; v < 256; v += 1) {
        const at = this.inverted ? 255 - v : v;
        const shown = ((at - 128) * this.contrast) / 100 + 128 + this.brightness;
        const grey = Math.min(255, Math.max(0, Math.round(shown)));
        table[v] = (255 << 24) | (grey << 16) | (grey << 8) | grey;
      }
      const out = new Uint32Array(this.image.data.buffer);
      for (let i = 0; i < out.length; i += 1) out[i] = table[this.grey[i]];
      this.context.putImageData(this.image, 0, 0);
      this.tell();
    }

    /** Film px to px of the stage. Whole numbers are centres of px. */
    toStage(p) {
      return [
        (p[0] + 0.5) * this.zoom * this.aspect + this.x,
        (p[1] + 0.5) * this.zoom + this.y,
      ];
    }

    /** Px of the stage to film px. */
    toFilm(p) {
      return [
        (p[0] - this.x) / (this.zoom * this.aspect) - 0.5,
        (p[1] - this.y) / this.zoom - 0.5,
      ];
    }

    /** Place of a pointer on the stage. */
    ofEvent(event) {
      const box = this.stage.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    /** Show the whole film. */
    fit() {
      const [above, below] = BARS;
      const [w, h] = [this.stage.clientWidth, this.stage.clientHeight - above - below];
      const wide = this.film.width * this.aspect;
      this.zoom = Math.max(LEAST_ZOOM, Math.min(w / wide, h / this.film.height));
      this.x = (w - wide * this.zoom) / 2;
      this.y = above + (h - this.film.height * this.zoom) / 2;
      this.fitted = true;
      this.apply();
    }

    /** Enlarge around a place of the stage, its middle when left out. */
    zoomBy(factor, at = [this.stage.clientWidth / 2, this.stage.clientHeight / 2]) {
      const before = this.zoom;
      this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, before * factor));
      const ratio = this.zoom / before;
      this.x = at[0] - (at[0] - this.x) * ratio;
      this.y = at[1] - (at[1] - this.y) * ratio;
      this.fitted = false;
      this.apply();
    }

    pan(dx, dy) {
      this.x += dx;
      this.y += dy;
      this.fitted = false;
      this.apply();
    }

    /** Bring a point of the film into sight, if it is out of it. */
    reveal(p) {
      const [x, y] = this.toStage(p);
      const margin = 40;
      const [w, h] = [this.stage.clientWidth, this.stage.clientHeight];
      const shift = (v, most) => {
        if (v < margin) return margin - v;
        return v > most - margin ? most - margin - v : 0;
      };
      const [dx, dy] = [shift(x, w), shift(y, h)];
      if (dx || dy) this.pan(dx, dy);
    }

    /** Show films whose px are not square as they are, where the ratio is known. */
    setAspect(aspect) {
      if (aspect === this.aspect) return;
      this.aspect = aspect;
      if (this.fitted) this.fit();
      else this.apply();
    }

    apply() {
      const { style } = this.canvas;
      style.transform = `translate(${this.x}px, ${this.y}px) `
        + `scale(${this.zoom * this.aspect}, ${this.zoom})`;
      style.imageRendering = this.zoom >= 4 ? 'pixelated' : 'auto';
      this.tell();
    }

    tell() {
      for (const listener of this.listeners) listener();
    }
  }

  S.View = View;
})((window.Spondylo = window.Spondylo || {}));
