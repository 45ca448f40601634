// The desk: a strip for each part, as the mixer page has them.

import { dim, strip } from "/strips.js";

const lowest = -60;
const highest = 12;

export class Desk {
  /// `state` keeps gains, mutes and solos by part; `changed` is called after each change of them.
  constructor(box, music, player, state, changed) {
    Object.assign(this, { music, player, state, changed });
    this.values = new Map();
    this.views = new Map();
    this.held = new Set();
    this.meters = [];
    this.parts = music.stems.map((stem) => ({
      name: stem.name, title: stem.title, gain: "gain_" + stem.name, mute: "mute_" + stem.name,
      solo: "solo_" + stem.name, level: "level_" + stem.name,
    }));
    const controls = new Map();
    for (const part of this.parts) {
      const range = { minimum: lowest, maximum: highest, standard: 0, unit: "dB", points: [{ value: lowest, label: "silent" }] };
      controls.set(part.gain, { symbol: part.gain, name: "Gain", kind: "number", ...range });
      controls.set(part.mute, { symbol: part.mute, name: "Mute", kind: "toggle", minimum: 0, maximum: 1, standard: 0, unit: "", points: [] });
      controls.set(part.solo, { symbol: part.solo, name: "Solo", kind: "toggle", minimum: 0, maximum: 1, standard: 0, unit: "", points: [] });
      controls.set(part.level, { symbol: part.level, name: "Level", kind: "number", ...range, points: [] });
      this.values.set(part.gain, state.gains?.[part.name] ?? 0);
      this.values.set(part.mute, state.mutes?.includes(part.name) ? 1 : 0);
      this.values.set(part.solo, state.solos?.includes(part.name) ? 1 : 0);
    }
    box.replaceChildren(...this.parts.map((part) => strip(part, (symbol) => controls.get(symbol), this, this.meters)));
    this.parts.forEach((part, index) => {
      box.children[index].style.setProperty("--part-colour", `var(--${music.stems[index].colour})`);
    });
    for (const symbol of this.values.keys()) this.show(symbol);
    this.apply();
  }

  // MARK: What strips ask for

  value(symbol) { return this.values.get(symbol); }

  watch(symbol, view) {
    if (!this.views.has(symbol)) this.views.set(symbol, []);
    this.views.get(symbol).push(view);
  }

  hold(symbol) { this.held.add(symbol); }

  release(symbol) { if (this.held.delete(symbol)) this.show(symbol); }

  wish(symbol, value) {
    this.values.set(symbol, value);
    if (!this.held.has(symbol)) this.show(symbol);
    else for (const view of this.views.get(symbol).slice(1)) view(value);
    this.apply();
    this.changed();
  }

  // MARK: What becomes of them

  show(symbol) { for (const view of this.views.get(symbol) ?? []) view(this.values.get(symbol)); }

  isOn(symbol) { return this.values.get(symbol) > 0; }

  /// What each part is multiplied by.
  get gains() {
    const anySolo = this.parts.some((part) => this.isOn(part.solo));
    return this.parts.map((part) => {
      const decibels = this.values.get(part.gain);
      if (this.isOn(part.mute) || (anySolo && !this.isOn(part.solo)) || decibels <= lowest) return 0;
      return 10 ** (decibels / 20);
    });
  }

  apply() {
    dim(this.parts, this);
    this.player.setGains(this.gains);
    this.state.gains = Object.fromEntries(this.parts.map((part) => [part.name, this.values.get(part.gain)]));
    this.state.mutes = this.parts.filter((part) => this.isOn(part.mute)).map((part) => part.name);
    this.state.solos = this.parts.filter((part) => this.isOn(part.solo)).map((part) => part.name);
  }

  toggle(kind, index) {
    const symbol = this.parts[index]?.[kind];
    if (symbol) this.wish(symbol, this.isOn(symbol) ? 0 : 1);
  }

  draw(time, passed) {
    const levels = this.player.takeLevels();
    this.meters.forEach((meter, index) => {
      // It falls by 40 dB per second.
      meter.set(Math.max(levels[index], meter.level - passed * 0.04));
      meter.draw(time, passed);
    });
  }
}
