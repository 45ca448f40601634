// The score as a piano roll: bars above, notes in the colours of their parts, a playhead in front.

import { Marking } from "/marking.js";
import { pitchName } from "/music.js";
import { colours, sharpened } from "/view.js";

export class Roll {
  constructor({ roll, ruler, playhead }, view, player, music) {
    Object.assign(this, { canvas: roll, ruler, playhead, view, player, music });
    this.isStale = true;
    this.selection = new Set();
    this.isMarking = false;
    this.marking = new Marking(this);
    this.anchors = [];
    this.frame = null;
    view.addEventListener("change", () => { this.isStale = true; });
    new ResizeObserver(() => { this.isStale = true; }).observe(roll);
    // Without notes all of a piano; not by Math.min(...), which takes no million of them.
    this.low = music.notes.reduce((least, note) => Math.min(least, note.pitch), music.notes.length ? 127 : 23) - 2;
    this.high = music.notes.reduce((most, note) => Math.max(most, note.pitch), music.notes.length ? 0 : 106) + 2;
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
    const touches = new Map();
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => touches.delete(event.pointerId), { capture: true });
    }
    canvas.addEventListener("pointerdown", (event) => {
      touches.set(event.pointerId, event.offsetX);
      if (touches.size > 1) start = null;
      if (this.isMarking) {
        canvas.setPointerCapture(event.pointerId);
        return this.marking.press(event);
      }
      start = { x: event.offsetX, from: view.from, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (touches.size === 2 && touches.has(event.pointerId)) return this.pinch(touches, event);
      if (this.isMarking) return event.buttons & 1 ? this.marking.drag(event) : undefined;
      if (!start || !(event.buttons & 1)) return;
      const way = event.offsetX - start.x;
      if (Math.abs(way) > 5) start.moved = true;
      if (start.moved) {
        view.follows = false;
        view.show(start.from - (way / canvas.clientWidth) * view.span);
      }
    });
    canvas.addEventListener("dblclick", (event) => { if (this.isMarking) this.marking.doublePress(event); });
    canvas.addEventListener("keydown", (event) => {
      if (this.isMarking && this.marking.key(event)) event.preventDefault();
    });
    canvas.addEventListener("pointerup", (event) => {
      if (this.isMarking) return this.marking.release();
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

  /// Two fingers zoom.
  pinch(touches, event) {
    const width = this.canvas.clientWidth;
    const spread = () => {
      const [one, other] = [...touches.values()];
      return [Math.max(20, Math.abs(one - other)), (one + other) / 2];
    };
    const [before] = spread();
    touches.set(event.pointerId, event.offsetX);
    const [after, middle] = spread();
    this.view.zoom(before / after, this.view.seconds(middle, width));
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
    for (const anchor of this.anchors) {
      const x = Math.round(this.view.x(anchor.to, width));
      context.fillStyle = colour["accent"];
      context.fillRect(x - 1, 0, 3, height);
      context.fillText(`${anchor.bar}`, x + 5, height - 8);
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
    const [low, high] = this.music.isDrums ? [21, 108] : [this.low, this.high];
    this.spectrum?.draw(context, width, height, this.view, low, high, colour["spectrum"]);
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
      this.drawNote(note, context, width, height, colour);
    }
    context.globalAlpha = 1;
    if (this.frame) {
      context.strokeStyle = colour["accent"];
      context.lineWidth = 1;
      context.strokeRect(this.frame.left + 0.5, this.frame.top + 0.5, this.frame.width, this.frame.height);
    }
    this.drawNames(context, height, colour);
  }

  /// From where to where a note is drawn.
  extent(note, width, height) {
    const x = this.view.x(note.start, width);
    const length = this.music.isDrums
      ? Math.min(this.place(note, height)[1], 14) : Math.max(3, this.view.x(note.end, width) - x - 1);
    return [x, x + length];
  }

  drawNote(note, context, width, height, colour) {
    const [left, right] = this.extent(note, width, height);
    const [top, size] = this.place(note, height);
    context.beginPath();
    context.roundRect(left, top + 0.5, right - left, Math.max(3, size - 1), Math.min(3, size / 3));
    context.globalAlpha = note.isDeleted ? 0.18 : 0.55 + 0.45 * Math.min(1, note.velocity / 100);
    context.fillStyle = colour[this.music.stems[note.stem].colour];
    context.fill();
    context.globalAlpha = 1;
    if (this.selection.has(note.key)) {
      context.strokeStyle = colour["text"];
      context.lineWidth = 2;
      context.stroke();
    } else if (note.isNew || note.isMoved || note.isDeleted) {
      context.strokeStyle = colour["text"];
      context.lineWidth = 1;
      context.setLineDash([3, 2]);
      context.stroke();
      context.setLineDash([]);
    }
  }

  /// The pitch at a height of the canvas.
  pitchAt(y, height) { return this.high - Math.floor(y / (height / (this.high - this.low + 1))); }

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
