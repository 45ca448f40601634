// How notes are selected in the piano roll: by pointer and by keys.

export class Marking {
  constructor(roll) {
    this.roll = roll;
    this.frame = null;
  }

  /// The note at a place of the canvas; what is drawn last lies in front.
  noteAt(x, y) {
    const { roll } = this;
    const { clientWidth: width, clientHeight: height } = roll.canvas;
    const reach = 4;
    const time = roll.view.seconds(x, width);
    return roll.music.notesBetween(time - 0.3, time + 0.3).reverse().find((note) => {
      const [left, right] = roll.extent(note, width, height);
      const [top, size] = roll.place(note, height);
      return x >= left - reach && x <= right + reach && y >= top - 3 && y <= top + size + 3;
    });
  }

  press(event) {
    const { roll } = this;
    const note = this.noteAt(event.offsetX, event.offsetY);
    const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
    if (note) {
      if (!isAdding) roll.selection.clear();
      if (isAdding && roll.selection.has(note.key)) roll.selection.delete(note.key); else roll.selection.add(note.key);
      this.changed();
    } else {
      this.frame = { x: event.offsetX, y: event.offsetY, before: isAdding ? new Set(roll.selection) : new Set() };
      this.drag(event);
    }
  }

  drag(event) {
    if (!this.frame) return;
    const { roll, frame } = this;
    const { clientWidth: width, clientHeight: height } = roll.canvas;
    const [left, right] = [Math.min(frame.x, event.offsetX), Math.max(frame.x, event.offsetX)];
    const [top, bottom] = [Math.min(frame.y, event.offsetY), Math.max(frame.y, event.offsetY)];
    roll.frame = { left, top, width: right - left, height: bottom - top };
    roll.selection = new Set(frame.before);
    for (const note of roll.music.notesBetween(roll.view.seconds(left, width), roll.view.seconds(right, width))) {
      const [noteTop, size] = roll.place(note, height);
      if (noteTop + size >= top && noteTop <= bottom) roll.selection.add(note.key);
    }
    this.changed();
  }

  release() {
    this.frame = null;
    this.roll.frame = null;
    this.changed();
  }

  /// A double click where nothing is adds a note.
  doublePress(event) {
    const { roll } = this;
    if (this.noteAt(event.offsetX, event.offsetY)) return;
    const { clientWidth: width, clientHeight: height } = roll.canvas;
    roll.onAdd?.(roll.view.seconds(event.offsetX, width), roll.pitchAt(event.offsetY, height));
  }

  /// Keys while the roll has the focus; returns whether one was meant.
  key(event) {
    const { roll } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const key = event.key.toLowerCase();
    if (key === "delete" || key === "backspace") roll.onDelete?.();
    else if (key === "escape") roll.selection.clear();
    else if (key === "n" || key === "p") this.step(key === "n" ? 1 : -1, event.shiftKey);
    else return false;
    this.changed();
    return true;
  }

  /// The next note after the one that was selected last, or after the playhead.
  step(way, isAdding) {
    const { roll } = this;
    const { notes } = roll.music;
    const last = notes.findLastIndex((note) => roll.selection.has(note.key));
    const first = notes.findIndex((note) => roll.selection.has(note.key));
    const here = roll.player.position;
    let index = way > 0 ? last + 1 : first - 1;
    if (first < 0) {
      const next = notes.findIndex((note) => note.start >= here - 1e-3);
      index = way > 0 ? next : (next < 0 ? notes.length : next) - 1;
    }
    const note = notes[index];
    if (!note) return;
    if (!isAdding) roll.selection.clear();
    roll.selection.add(note.key);
    if (note.start < roll.view.from || note.start > roll.view.to) roll.view.show(note.start - roll.view.span * 0.2);
  }

  changed() {
    this.roll.isStale = true;
    this.roll.onSelection?.();
  }
}
