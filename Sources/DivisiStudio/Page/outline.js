// The whole recording as a waveform, and which stretch of it the piano roll shows.

import { colours, sharpened } from "/view.js";

export class Outline {
  /// `peaks` has the lowest and the highest sample of each stretch of `peakSeconds`.
  constructor(canvas, view, player, peaks, peakSeconds) {
    Object.assign(this, { canvas, view, player, peaks, peakSeconds });
    this.isStale = true;
    view.addEventListener("change", () => { this.isStale = true; });
    canvas.addEventListener("pointerdown", (event) => this.point(event));
    canvas.addEventListener("pointermove", (event) => { if (event.buttons & 1) this.point(event); });
  }

  point(event) {
    this.canvas.setPointerCapture(event.pointerId);
    const seconds = (event.offsetX / this.canvas.clientWidth) * this.view.duration;
    this.player.seek(seconds);
    this.view.show(seconds - this.view.span / 2);
  }

  draw(position) {
    const x = Math.round((position / this.view.duration) * this.canvas.clientWidth);
    if (!this.isStale && x === this.lastX) return;
    this.isStale = false;
    this.lastX = x;
    const { context, width, height } = sharpened(this.canvas);
    const colour = colours();
    const scaleX = width / this.view.duration;
    if (this.player.loop) {
      context.fillStyle = colour["loop"];
      const { from, to } = this.player.loop;
      context.fillRect(from * scaleX, 0, (to - from) * scaleX, height);
    }
    context.fillStyle = colour["wave"];
    const middle = height / 2;
    const count = this.peaks.length / 2;
    for (let column = 0; column < width; column += 1) {
      const first = Math.floor((column / width) * this.view.duration / this.peakSeconds);
      const end = Math.max(first + 1, Math.floor(((column + 1) / width) * this.view.duration / this.peakSeconds));
      let low = 0;
      let high = 0;
      for (let index = first; index < Math.min(end, count); index += 1) {
        low = Math.min(low, this.peaks[2 * index]);
        high = Math.max(high, this.peaks[2 * index + 1]);
      }
      const top = middle - (high / 127) * (middle - 2);
      context.fillRect(column, top, 1, Math.max(1, ((high - low) / 127) * (middle - 2)));
    }
    context.strokeStyle = colour["accent"];
    context.lineWidth = 2;
    const left = this.view.from * scaleX;
    context.strokeRect(left + 1, 1, Math.max(6, this.view.span * scaleX) - 2, height - 2);
    context.fillStyle = colour["text"];
    context.fillRect(x - 1, 0, 2, height);
  }
}
