// What somebody corrects in the score: notes, and where bars begin; then it is separated again.

import { ask, projectPath } from "/api.js";
import { parsePitch, pitchName } from "/music.js";
import { element } from "/strips.js";

const byId = (id) => document.getElementById(id);

export class Corrections {
  /// `desk` keeps what is not sent yet, by take; `changed` is called after each change; `reopen` shows the project anew.
  constructor({ project, music, player, roll, desk, changed, reopen, announce }) {
    Object.assign(this, { project, music, player, roll, desk, changed, reopen, announce });
    this.id = project.id;
    this.takeNumber = project.take.number;
    desk.edits ??= {};
    this.deeds = desk.edits[this.takeNumber] ?? [];
    this.undone = [];
    this.controller = new AbortController();
    this.stems = music.stems.filter((stem) => music.partOf(stem.index) >= 0);
    this.setUp();
    this.apply();
  }

  close() { this.controller.abort(); }

  on(id, event, work) { byId(id).addEventListener(event, work, { signal: this.controller.signal }); }

  setUp() {
    const { music } = this;
    byId("give").replaceChildren(...this.stems.map((stem) => {
      const button = element("button", { type: "button" }, stem.title);
      button.style.setProperty("--part-colour", `var(--${stem.colour})`);
      button.addEventListener("click", () => this.give(music.partOf(stem.index)));
      return button;
    }));
    byId("add-part").replaceChildren(...this.stems.map(
      (stem) => element("option", { value: music.partOf(stem.index) }, stem.title)));
    byId("add-pitch-label").hidden = music.isDrums;
    byId("anchor-group").hidden = !music.hasBars;
    this.on("delete", "click", () => this.delete());
    this.on("add", "click", () => this.addAtPlayhead());
    this.on("anchor", "click", () => this.anchor());
    this.on("undo", "click", () => this.undo());
    this.on("redo", "click", () => this.redo());
    this.on("separate-again", "click", () => this.separateAgain());
    this.roll.onSelection = () => this.show();
    this.roll.onAdd = (seconds, pitch) => this.add(seconds, pitch);
    this.roll.onDelete = () => this.delete();
  }

  // MARK: Deeds

  do(deed) {
    this.deeds.push(deed);
    this.undone = [];
    this.apply();
    this.changed();
  }

  give(part) {
    const keys = this.selected().filter((note) => note.part !== part).map((note) => note.key);
    if (keys.length > 0) this.do({ type: "move", keys, to: part });
  }

  delete() {
    const keys = this.selected().filter((note) => !note.isDeleted).map((note) => note.key);
    if (keys.length > 0) this.do({ type: "delete", keys });
  }

  addAtPlayhead() {
    const pitch = this.music.isDrums ? 0 : parsePitch(byId("add-pitch").value);
    byId("add-pitch").setAttribute("aria-invalid", String(pitch === null));
    if (pitch === null) return this.announce("Expected a pitch such as C4, F♯3 or Bb5");
    this.add(this.player.position, pitch);
  }

  add(start, pitch) {
    const { music } = this;
    const part = Number(byId("add-part").value);
    const beat = music.beatAt(start);
    const length = music.beats[beat + 1] ? music.beats[beat + 1].seconds - music.beats[beat].seconds : 0.5;
    const end = Math.min(music.duration, start + Math.max(0.1, length || 0.5));
    if (end - start < 0.02) return this.announce("Expected a place within the recording");
    this.do({ type: "add", part, start, end, pitch: music.isDrums ? music.usualPitch(part) : pitch, velocity: 80 });
  }

  anchor() {
    const { music, player } = this;
    const index = music.barNumbered(byId("anchor-bar").valueAsNumber, player.position - 2);
    if (index < 0) return this.announce("Expected the number of a bar");
    const from = music.bars[index].beats[0];
    const to = player.position;
    const before = this.anchors().filter((other) => other.from !== from);
    if (before.some((other) => (other.from - from) * (other.to - to) <= 0)) {
      return this.announce("Bars begin in their order: another one that you have moved is in the way");
    }
    this.do({ type: "anchor", from, to, bar: music.bars[index].number });
  }

  // MARK: Undo

  undo() {
    const deed = this.deeds.pop();
    if (!deed) return this.showTake(this.project.bases[this.takeNumber]);
    this.undone.push(deed);
    this.apply();
    this.changed();
  }

  redo() {
    const deed = this.undone.pop();
    if (!deed) return this.showTake(this.later());
    this.deeds.push(deed);
    this.apply();
    this.changed();
  }

  /// The take that was made of this one last.
  later() {
    const found = Object.entries(this.project.bases).filter(([, base]) => base === this.takeNumber).map(([number]) => Number(number));
    return found.length > 0 ? Math.max(...found) : undefined;
  }

  async showTake(number) {
    if (number === undefined) return;
    try {
      await ask("PUT", projectPath(this.id, "take"), { number });
      await this.reopen();
    } catch (error) {
      this.announce(error.message);
    }
  }

  // MARK: What becomes of them

  anchors() {
    const byBar = new Map();
    for (const deed of this.deeds) if (deed.type === "anchor") byBar.set(deed.from, deed);
    return [...byBar.values()];
  }

  selected() { return this.music.notes.filter((note) => this.roll.selection.has(note.key)); }

  /// The notes as they are with all deeds done.
  apply() {
    const { music } = this;
    const notes = new Map(music.original.map((note) => [note.key, { ...note }]));
    this.deeds.forEach((deed, index) => {
      if (deed.type === "add") {
        const note = { ...deed, key: `new:${index}`, isNew: true };
        notes.set(note.key, note);
      }
      for (const key of deed.keys ?? []) {
        const note = notes.get(key);
        if (!note) continue;
        if (deed.type === "delete") note.isDeleted = true;
        if (deed.type === "move") {
          note.part = deed.to;
          note.isMoved = true;
        }
      }
    });
    for (const note of notes.values()) note.stem = music.stemOf(note.part);
    music.setNotes([...notes.values()]);
    this.roll.anchors = this.anchors();
    this.roll.isStale = true;
    this.desk.edits[this.takeNumber] = this.deeds;
    this.show();
  }

  /// As the server wants them.
  get message() {
    const result = { moves: [], deletions: [], additions: [], anchors: this.anchors().map(({ from, to }) => ({ from, to })) };
    for (const note of this.music.notes) {
      const [part, index] = note.key.split(":").map(Number);
      if (note.isNew) {
        const { start, end, pitch, velocity } = note;
        if (!note.isDeleted) result.additions.push({ part: note.part, start, end, pitch, velocity });
      } else if (note.isDeleted) {
        result.deletions.push({ part, index });
      } else if (note.part !== part) {
        result.moves.push({ part, index, to: note.part });
      }
    }
    return result;
  }

  async separateAgain() {
    byId("separate-again").disabled = true;
    try {
      await ask("POST", projectPath(this.id, "correct"), this.message);
      await this.reopen();
    } catch (error) {
      this.announce(error.message);
      this.show();
    }
  }

  // MARK: What is shown

  show() {
    const notes = this.selected();
    const isOne = notes.length === 1;
    byId("selected").textContent = notes.length === 0
      ? "Select notes in the score: click them, drag a frame, or step through them with N and P."
      : isOne ? this.described(notes[0]) : `${notes.length} notes are selected.`;
    for (const button of byId("give").children) button.disabled = notes.length === 0;
    byId("delete").disabled = notes.length === 0;
    byId("undo").disabled = this.deeds.length === 0 && this.project.bases[this.takeNumber] === undefined;
    byId("redo").disabled = this.undone.length === 0 && this.later() === undefined;
    byId("separate-again").disabled = this.deeds.length === 0;
    byId("deed-count").textContent = this.deeds.length === 0
      ? "" : `${this.deeds.length} correction${this.deeds.length > 1 ? "s" : ""} not separated yet`;
  }

  described(note) {
    const bar = this.music.bars[this.music.barAt(note.start)];
    const what = this.music.isDrums ? this.music.stems[note.stem].title : `${pitchName(note.pitch)}, ${this.music.stems[note.stem].title.toLowerCase()}`;
    return what + (bar ? `, bar ${bar.number}` : "") + (note.isDeleted ? ", deleted" : "") + ".";
  }
}
