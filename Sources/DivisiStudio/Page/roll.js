// The score as a piano roll: bars above, notes in the colours of their parts, a playhead in front.

import { pitchName } from "/music.js";
import { colours, sharpened } from "/view.js";

export class Roll {
  constructor({ roll, ruler, playhead }, view, player, music) {
    Object.assign(this, { canvas: roll, ruler, playhead, view, player, music });
    this.isStale = true;
    this.selection = new Set();
    view.addEventListener("change", () => { this.isStale = true; });
    new ResizeObserver(() => { this.isStale = true; }).observe(roll);
    const pitches = music.notes.map((note) => note.pitch);
    this.low = Math.min(...(pitches.length ? pitches : [48])) - 2;
    this.high = Math.max(...(pitches.length ? pitches : [72])) + 2;
    const middle = (this.low + this.high) / 2;
    // Few pitches make no fat bars.
    this.low = Math.min(this.low, Math.floor(middle - 12));
    this.high = Math.max(this.high, Math.ceil(middle + 12));
    this.lanes = music.stems.filter((stem) => music.notes.some((note) => note.stem === stem.index)).reverse();
    this.listen();
  }

  // MARK: What a person does

  listen() {
    const { canvas, ruler, view, player } = this;
    let start = null;
    canvas.addEventListener("pointerdown", (event) => {
      start = { x: event.offsetX, from: view.from, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!start || !(event.buttons & 1)) return;
      const way = event.offsetX - start.x;
      if (Math.abs(way) > 5) start.moved = true;
      if (start.moved) {
        view.follows = false;
        view.show(start.from - (way / canvas.clientWidth) * view.span);
      }
    });
    canvas.addEventListener("pointerup", (event) => {
      if (start && !start.moved) player.seek(view.seconds(event.offsetX, canvas.clientWidth));
      start = null;
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || Math.abs(event.deltaY) > Math.abs(event.deltaX) && !event.shiftKey) {
        view.zoom(1.0015 ** event.deltaY, view.seconds(event.offsetX, canvas.clientWidth));
      } else {
        view.follows = false;
        view.show(view.from + ((event.deltaX + (event.shiftKey ? event.deltaY : 0)) / canvas.clientWidth) * view.span);
      }
    }, { passive: false });
    let begin = null;
    ruler.addEventListener("pointerdown", (event) => {
      begin = view.seconds(event.offsetX, ruler.clientWidth);
      ruler.setPointerCapture(event.pointerId);
    });
    ruler.addEventListener("pointermove", (event) => {
      if (begin === null || !(event.buttons & 1)) return;
      const now = view.seconds(event.offsetX, ruler.clientWidth);
      if (Math.abs(view.x(now, ruler.clientWidth) - view.x(begin, ruler.clientWidth)) < 6) return;
      this.onLoop?.(Math.min(begin, now), Math.max(begin, now));
    });
    ruler.addEventListener("pointerup", (event) => {
      const now = view.seconds(event.offsetX, ruler.clientWidth);
      if (begin !== null && Math.abs(view.x(now, ruler.clientWidth) - view.x(begin, ruler.clientWidth)) < 6) {
        player.seek(this.music.hasBars ? this.music.barStart(Math.max(0, this.music.barAt(now))) : now);
      }
      begin = null;
    });
  }

  // MARK: What is seen

  draw(position) {
    if (this.isStale) {
      this.isStale = false;
      this.drawRuler();
      this.drawNotes();
    }
    const x = this.view.x(position, this.canvas.clientWidth);
    const isSeen = x >= -1 && x <= this.canvas.clientWidth + 1;
    this.playhead.style.transform = `translateX(${isSeen ? x.toFixed(2) : -10}px)`;
  }

  /// The top of a note and its height.
  place(note, height) {
    if (this.music.isDrums) {
      const lane = this.lanes.findIndex((stem) => stem.index === note.stem);
      const size = height / Math.max(1, this.lanes.length);
      return [height - (lane + 1) * size + size * 0.2, size * 0.6];
    }
    const size = height / (this.high - this.low + 1);
    return [(this.high - note.pitch) * size, size];
  }

  drawRuler() {
    const { context, width, height } = sharpened(this.ruler);
    const colour = colours();
    this.drawLoop(context, width, height, colour);
    context.font = "600 12px system-ui, sans-serif";
    context.textBaseline = "middle";
    let free = -Infinity;
    for (const bar of this.visibleBars()) {
      const x = this.view.x(bar.beats[0], width);
      context.fillStyle = colour["edge"];
      context.fillRect(Math.round(x), height - 6, 1, 6);
      if (x < free || x < -4) continue;
      context.fillStyle = colour["text"];
      context.fillText(String(bar.number), x + 3, height / 2);
      free = x + context.measureText(String(bar.number)).width + 12;
    }
    if (!this.music.hasBars) this.drawSeconds(context, width, height, colour);
  }

  drawSeconds(context, width, height, colour) {
    const step = [1, 2, 5, 10, 30, 60, 300, 600].find((step) => this.view.span / step < width / 60) ?? 1200;
    for (let time = Math.ceil(this.view.from / step) * step; time < this.view.to; time += step) {
      const x = this.view.x(time, width);
      context.fillStyle = colour["quiet"];
      context.fillText(`${Math.floor(time / 60)}:${String(Math.floor(time % 60)).padStart(2, "0")}`, x + 3, height / 2);
      context.fillRect(Math.round(x), height - 6, 1, 6);
    }
  }

  visibleBars() {
    const first = Math.max(0, this.music.barAt(this.view.from));
    const result = [];
    for (let index = first; index < this.music.bars.length; index += 1) {
      if (this.music.bars[index].beats[0] > this.view.to) break;
      result.push(this.music.bars[index]);
    }
    return result;
  }

  drawLoop(context, width, height, colour) {
    if (!this.player.loop) return;
    const from = this.view.x(this.player.loop.from, width);
    const to = this.view.x(this.player.loop.to, width);
    context.fillStyle = colour["loop"];
    context.fillRect(from, 0, to - from, height);
  }

  drawNotes() {
    const { context, width, height } = sharpened(this.canvas);
    const colour = colours();
    this.drawRows(context, width, height, colour);
    this.drawLoop(context, width, height, colour);
    const bars = this.visibleBars();
    const isFine = bars.length > 0 && width / bars.length > 70;
    for (const bar of bars) {
      for (const [index, beat] of bar.beats.entries()) {
        if (index > 0 && !isFine) continue;
        context.fillStyle = index === 0 ? colour["bar-line"] : colour["beat-line"];
        context.fillRect(Math.round(this.view.x(beat, width)), 0, 1, height);
      }
    }
    for (const note of this.music.notesBetween(this.view.from, this.view.to)) {
      const x = this.view.x(note.start, width);
      const [top, size] = this.place(note, height);
      const length = this.music.isDrums
        ? Math.min(size, 14) : Math.max(3, this.view.x(note.end, width) - x - 1);
      context.fillStyle = colour[this.music.stems[note.stem].colour];
      context.globalAlpha = 0.55 + 0.45 * Math.min(1, note.velocity / 100);
      context.beginPath();
      context.roundRect(x, top + 0.5, length, Math.max(3, size - 1), Math.min(3, size / 3));
      context.fill();
      if (this.selection.has(note)) {
        context.globalAlpha = 1;
        context.strokeStyle = colour["text"];
        context.lineWidth = 2;
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    this.drawNames(context, height, colour);
  }

  drawRows(context, width, height, colour) {
    if (this.music.isDrums) {
      const size = height / Math.max(1, this.lanes.length);
      context.fillStyle = colour["black-row"];
      for (let lane = 0; lane < this.lanes.length; lane += 2) {
        context.fillRect(0, height - (lane + 1) * size, width, size);
      }
      return;
    }
    const size = height / (this.high - this.low + 1);
    context.fillStyle = colour["black-row"];
    for (let pitch = this.low; pitch <= this.high; pitch += 1) {
      if ([1, 3, 6, 8, 10].includes(((pitch % 12) + 12) % 12)) context.fillRect(0, (this.high - pitch) * size, width, size);
    }
  }

  drawNames(context, height, colour) {
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    const label = (text, y) => {
      context.fillStyle = colour["label-ground"];
      context.fillRect(0, y - 8, context.measureText(text).width + 8, 16);
      context.fillStyle = colour["quiet"];
      context.fillText(text, 4, y);
    };
    if (this.music.isDrums) {
      const size = height / Math.max(1, this.lanes.length);
      this.lanes.forEach((stem, lane) => label(stem.title, height - (lane + 0.5) * size));
      return;
    }
    const size = height / (this.high - this.low + 1);
    for (let pitch = this.low; pitch <= this.high; pitch += 1) {
      if (pitch % 12 === 0) label(pitchName(pitch), (this.high - pitch + 0.5) * size);
    }
  }
}
