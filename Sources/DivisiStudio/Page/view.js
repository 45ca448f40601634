// Which stretch of the recording is seen.

/// The shortest stretch, in seconds.
const shortest = 1;

export class View extends EventTarget {
  constructor(duration) {
    super();
    this.duration = duration;
    this.from = 0;
    this.span = Math.min(duration, 12);
    this.follows = true;
  }

  get to() { return this.from + this.span; }
  x(seconds, width) { return ((seconds - this.from) / this.span) * width; }
  seconds(x, width) { return this.from + (x / width) * this.span; }

  show(from, span = this.span) {
    this.span = Math.min(this.duration, Math.max(Math.min(shortest, this.duration), span));
    this.from = Math.min(Math.max(0, from), Math.max(0, this.duration - this.span));
    this.dispatchEvent(new Event("change"));
  }

  /// Zooms, so that a time stays where it is.
  zoom(factor, around = this.from + this.span / 2) {
    const span = Math.min(this.duration, Math.max(shortest, this.span * factor));
    this.show(around - ((around - this.from) / this.span) * span, span);
  }

  /// Turns the page when the playhead leaves it.
  keep(seconds) {
    if (!this.follows) return;
    if (seconds >= this.from && seconds < this.from + this.span * 0.94) return;
    if (seconds >= this.from && this.to >= this.duration - 1e-6) return;
    this.show(seconds - this.span * 0.06);
  }
}

/// A canvas as sharp as its screen; returns what to draw with, and its size in CSS pixels.
export function sharpened(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/// The colours of the page, as its style sheet has them now.
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue("--" + String(name)).trim() });
}
