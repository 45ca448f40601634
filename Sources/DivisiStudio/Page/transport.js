// Buttons and keys that play, seek, loop, count and zoom.

import { clock } from "/music.js";

const byId = (id) => document.getElementById(id);

export class Transport {
  /// `state` keeps loop, click, count-in and follow; `changed` is called after each change of them.
  constructor(player, music, view, desk, state, changed) {
    Object.assign(this, { player, music, view, desk, state, changed });
    this.controller = new AbortController();
    this.setUp();
    this.loopChanged();
    this.clicksChanged();
    this.showPressed();
  }

  close() { this.controller.abort(); }

  on(id, event, work) { byId(id).addEventListener(event, work, { signal: this.controller.signal }); }

  setUp() {
    const { player, music, view } = this;
    byId("bar-label").hidden = byId("bar-number").hidden = byId("beat").hidden = !music.hasBars;
    for (const id of ["bar-back", "bar-on", "loop-from", "loop-to", "click", "count-in"]) byId(id).disabled = !music.hasBars;
    const numbers = music.bars.map((bar) => bar.number);
    for (const id of ["bar-number", "loop-from", "loop-to"]) {
      byId(id).min = Math.min(...numbers, 0);
      byId(id).max = Math.max(...numbers, 0);
    }
    this.on("play", "click", () => this.playOrPause());
    this.on("to-start", "click", () => this.seek(0));
    this.on("bar-back", "click", () => this.stepBar(-1));
    this.on("bar-on", "click", () => this.stepBar(1));
    this.on("loop", "click", () => this.toggleLoop());
    this.on("loop-from", "change", () => this.loopFromFields());
    this.on("loop-to", "change", () => this.loopFromFields());
    this.on("click", "click", () => { this.flip("click"); this.clicksChanged(); });
    this.on("count-in", "click", () => this.flip("countIn"));
    this.on("follow", "click", () => {
      view.follows = !view.follows;
      if (view.follows) view.keep(player.position);
      this.showPressed();
    });
    this.on("zoom-in", "click", () => view.zoom(0.6, player.position));
    this.on("zoom-out", "click", () => view.zoom(1 / 0.6, player.position));
    this.on("bar-number", "change", () => {
      const index = music.barNumbered(byId("bar-number").valueAsNumber, player.position);
      if (index >= 0) this.seek(music.barStart(index));
      byId("bar-number").blur();
    });
    player.addEventListener("change", () => this.showPlaying(), { signal: this.controller.signal });
    view.addEventListener("change", () => this.showPressed(), { signal: this.controller.signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.controller.signal });
    this.showPlaying();
  }

  // MARK: Deeds

  playOrPause() {
    const { player, music, state } = this;
    if (player.isPlaying) return player.pause();
    if (player.loop && (player.position < player.loop.from - 1e-3 || player.position >= player.loop.to)) this.seek(player.loop.from);
    player.play(state.countIn ? music.countIn(player.position) : []);
  }

  seek(seconds) {
    this.player.seek(seconds);
    const to = Math.max(0, Math.min(seconds, this.view.duration));
    if (to < this.view.from || to > this.view.to) this.view.show(to - this.view.span * 0.06);
  }

  stepBar(way) {
    const { music, player } = this;
    if (!music.hasBars) return this.seek(player.position + 5 * way);
    const position = player.position;
    let index = music.barAt(position);
    // Just after its begin a bar back is the one before.
    const isBegun = index >= 0 && position - music.barStart(index) > (player.isPlaying ? 0.4 : 0.02);
    index += way > 0 ? 1 : isBegun ? 0 : -1;
    this.seek(index < 0 ? 0 : index >= music.bars.length ? music.duration : music.barStart(index));
  }

  stepBeat(way) {
    const { music, player } = this;
    if (!music.hasBars) return this.seek(player.position + way);
    const index = music.beatAt(player.position);
    const isBegun = index >= 0 && player.position - music.beats[index].seconds > (player.isPlaying ? 0.25 : 0.02);
    const next = music.beats[way > 0 ? index + 1 : isBegun ? index : index - 1];
    this.seek(next ? next.seconds : way > 0 ? music.duration : 0);
  }

  /// Loops between two times; with bars, whole ones.
  loopBetween(from, to) {
    const { music } = this;
    if (music.hasBars) {
      const first = Math.max(0, music.barAt(from));
      const last = Math.max(first, music.barAt(to - 1e-3));
      this.state.loopBars = [first, last];
      this.setLoop({ from: music.barStart(first), to: music.barEnd(last) });
    } else {
      this.setLoop({ from, to });
    }
  }

  setLoop(loop) {
    this.state.lastLoop = loop ?? this.state.lastLoop;
    this.state.loop = loop;
    this.loopChanged();
    this.changed();
  }

  toggleLoop() {
    if (this.state.loop) return this.setLoop(null);
    if (this.state.lastLoop) return this.setLoop(this.state.lastLoop);
    this.loopBetween(this.player.position, this.player.position + (this.music.hasBars ? 0.01 : 4));
  }

  loopFromFields() {
    const { music } = this;
    const from = music.barNumbered(byId("loop-from").valueAsNumber);
    const to = music.barNumbered(byId("loop-to").valueAsNumber);
    if (from < 0 && to < 0) return this.showLoop();
    const first = from < 0 ? to : from;
    const last = Math.max(first, to < 0 ? first : to);
    this.setLoop({ from: music.barStart(first), to: music.barEnd(last) });
  }

  /// One end of the loop at the bar that is played.
  loopEnd(isEnd) {
    const { music, player, state } = this;
    if (!music.hasBars) return;
    const here = Math.max(0, music.barAt(player.position));
    const old = state.loop ?? { from: music.barStart(here), to: music.barEnd(here) };
    const loop = isEnd ? { from: old.from, to: music.barEnd(here) } : { from: music.barStart(here), to: old.to };
    if (loop.to <= loop.from) Object.assign(loop, { from: music.barStart(here), to: music.barEnd(here) });
    this.setLoop(loop);
  }

  loopChanged() {
    this.player.setLoop(this.state.loop ?? null);
    this.view.dispatchEvent(new Event("change"));
    this.showLoop();
  }

  showLoop() {
    const { music, state } = this;
    byId("loop").setAttribute("aria-pressed", String(Boolean(state.loop)));
    if (!music.hasBars) return;
    const loop = state.loop ?? state.lastLoop;
    byId("loop-from").value = loop ? music.bars[Math.max(0, music.barAt(loop.from))].number : "";
    byId("loop-to").value = loop ? music.bars[Math.max(0, music.barAt(loop.to - 1e-3))].number : "";
  }

  clicksChanged() { this.player.setClicks(this.music.beats, Boolean(this.state.click)); }

  flip(name) {
    this.state[name] = !this.state[name];
    this.showPressed();
    this.changed();
  }

  // MARK: Keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    const isField = target.matches("input, select, textarea, [contenteditable]");
    const isFader = target.matches("input[type=range]");
    if (isField && !isFader) return;
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    const isArrow = event.key.startsWith("Arrow") || event.key === "Home";
    if (isFader && (isArrow || digit || event.key === "0")) return;
    if (event.key === " " && target.matches("button, summary, a, input[type=checkbox]")) return;
    if (digit) {
      this.desk.toggle(event.shiftKey ? "mute" : "solo", Number(digit) - 1);
      return event.preventDefault();
    }
    const deeds = {
      " ": () => this.playOrPause(), ArrowLeft: () => event.shiftKey ? this.stepBar(-1) : this.stepBeat(-1),
      ArrowRight: () => event.shiftKey ? this.stepBar(1) : this.stepBeat(1), Home: () => this.seek(0),
      "[": () => this.loopEnd(false), "]": () => this.loopEnd(true), l: () => this.toggleLoop(),
      c: () => byId("click").click(), f: () => byId("follow").click(), "+": () => byId("zoom-in").click(),
      "=": () => byId("zoom-in").click(), "-": () => byId("zoom-out").click(),
    };
    const deed = deeds[event.key] ?? deeds[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  // MARK: What is shown

  showPlaying() {
    const isPlaying = this.player.isPlaying;
    byId("play").setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    document.body.dataset.playing = String(isPlaying);
  }

  showPressed() {
    byId("click").setAttribute("aria-pressed", String(Boolean(this.state.click)));
    byId("count-in").setAttribute("aria-pressed", String(Boolean(this.state.countIn)));
    byId("follow").setAttribute("aria-pressed", String(this.view.follows));
  }

  draw(position) {
    const time = clock(position);
    if (byId("clock").textContent !== time) byId("clock").textContent = time;
    const beat = this.music.beats[this.music.beatAt(position)];
    const bar = this.music.bars[Math.max(0, this.music.barAt(position))];
    if (!bar) return;
    const field = byId("bar-number");
    if (document.activeElement !== field && field.value !== String(bar.number)) field.value = bar.number;
    const text = beat ? `beat ${beat.beat}` : "";
    if (byId("beat").textContent !== text) byId("beat").textContent = text;
  }
}
