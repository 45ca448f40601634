// The score as the recording plays it: notes of parts, bars and beats.

const names = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/// A pitch in words; the middle C is C4.
export const pitchName = (pitch) => names[pitch % 12] + (Math.floor(pitch / 12) - 1);

/// A part's name as people read it.
export function partTitle(name) {
  const known = { left: "Left hand", right: "Right hand", residual: "Residual", hihat: "Hi-hat", rest: "Rest" };
  return known[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/// Seconds as minutes and seconds, with tenths.
export function clock(seconds, digits = 1) {
  const scale = 10 ** digits;
  const rounded = Math.floor(Math.max(0, seconds) * scale + 1e-6) / scale;
  const rest = (rounded % 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  return Math.floor(rounded / 60) + ":" + rest;
}

export class Music {
  /// `score` is what `divisi separate --export-score` has written; null where there is none.
  constructor(take, score, duration) {
    this.duration = duration;
    this.stems = take.stems.map((stem, index) => ({
      name: stem.name, title: partTitle(stem.name), index,
      colour: stem.name === "residual" || stem.name === "rest" ? "residual" : `part-${index % 8}`,
    }));
    const parts = score?.parts ?? [];
    const place = new Map(this.stems.map((stem) => [stem.name, stem.index]));
    this.notes = parts.flatMap((part, number) => part.notes.map((note, index) => ({
      start: note.start, end: Math.max(note.start + 0.02, note.release), pitch: note.pitch,
      velocity: note.velocity, part: number, index, stem: place.get(part.name) ?? 0,
    }))).sort((a, b) => a.start - b.start || a.pitch - b.pitch);
    this.longest = this.notes.reduce((most, note) => Math.max(most, note.end - note.start), 0);
    this.isDrums = parts.some((part) => part.notes.some((note) => note.is_drum));
    this.bars = (score?.bars ?? []).filter((bar) => bar.end > 0 && bar.beats[0] < duration);
    this.beats = this.bars.flatMap((bar, index) => bar.beats.map(
      (seconds, beat) => ({ seconds, beat: beat + 1, bar: index, isStrong: beat === 0 })))
      .filter((beat) => beat.seconds >= 0 && beat.seconds <= duration);
  }

  get hasBars() { return this.bars.length > 0; }

  /// The index of the bar that sounds at a time; −1 before the first.
  barAt(seconds) { return last(this.bars, (bar) => bar.beats[0] <= seconds + 1e-4); }

  /// The index of the beat that sounds at a time; −1 before the first.
  beatAt(seconds) { return last(this.beats, (beat) => beat.seconds <= seconds + 1e-4); }

  barStart(index) { return Math.max(0, this.bars[index]?.beats[0] ?? 0); }

  barEnd(index) {
    return Math.min(this.duration, this.bars[index + 1]?.beats[0] ?? this.bars[index]?.end ?? this.duration);
  }

  /// The index of a bar by its number in print; of several that one which is played at a time or next after it.
  barNumbered(number, seconds = 0) {
    const found = this.bars.map((bar, index) => ({ bar, index })).filter(({ bar }) => bar.number === number);
    return (found.find(({ bar }) => bar.end > seconds) ?? found[0])?.index ?? -1;
  }

  /// Notes that sound between two times.
  notesBetween(from, to) {
    const first = last(this.notes, (note) => note.start < from - this.longest) + 1;
    const end = last(this.notes, (note) => note.start <= to) + 1;
    return this.notes.slice(first, end).filter((note) => note.end >= from);
  }

  /// The beats of a bar before a time: how long before, at the tempo of the bar.
  countIn(seconds) {
    const bar = this.bars[Math.max(0, this.barAt(seconds))];
    if (!bar) return [];
    const beat = (this.barEnd(Math.max(0, this.barAt(seconds))) - bar.beats[0]) / bar.beats.length;
    return bar.beats.map((_, index) => ({ before: beat * (bar.beats.length - index), isStrong: index === 0 }));
  }
}

/// The index of the last item for which a condition holds that holds for all before it; −1 if there is none.
function last(items, holds) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle])) low = middle + 1; else high = middle;
  }
  return low - 1;
}
