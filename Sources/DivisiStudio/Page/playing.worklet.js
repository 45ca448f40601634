// Plays all parts at once, sample by sample: they cannot drift apart, since one counter reads them all.

/// Frames in which a jump or a pause fades, so that nothing clicks.
const fadeLength = 96;
/// Frames between two reports.
const reportLength = 1024;
/// How long a click sounds, in seconds, and its pitches in hertz: of a bar's first beat, and of others.
const clickSeconds = 0.04;
const clickPitches = [1000, 1600];

class Playing extends AudioWorkletProcessor {
  constructor(options) {
    super();
    const { stemCount, channelCount, pieceLength, frameCount } = options.processorOptions;
    Object.assign(this, { stemCount, channelCount, pieceLength, frameCount });
    this.pieces = new Map();
    this.frame = 0;
    this.isPlaying = false;
    this.isWaiting = false;
    this.lead = 0;
    this.leadClicks = [];
    this.loop = null;
    this.fadeIn = fadeLength;
    /// What fades because something else sounds now, or nothing.
    this.tails = [];
    this.gains = new Float32Array(stemCount).fill(1);
    this.targets = new Float32Array(stemCount).fill(1);
    this.levels = new Float32Array(stemCount);
    this.clicks = { frames: new Int32Array(0), strong: new Uint8Array(0), isOn: false };
    this.sounding = [];
    this.sinceReport = 0;
    this.request = 0;
    this.port.onmessage = (event) => this.take(event.data);
  }

  take(message) {
    if (message.request) this.request = message.request;
    switch (message.type) {
      case "piece": this.pieces.set(message.index, message.samples); break;
      case "drop": for (const index of message.indices) this.pieces.delete(index); break;
      case "clear":
        this.leave();
        this.pieces.clear();
        this.frameCount = message.frameCount;
        this.frame = message.frame;
        break;
      case "play":
        this.frame = message.frame;
        this.lead = message.lead ?? 0;
        this.leadClicks = message.leadClicks ?? [];
        this.isPlaying = true;
        this.fadeIn = this.frame === 0 ? fadeLength : 0;
        break;
      case "pause":
        this.leave();
        this.stop();
        break;
      case "seek":
        this.leave();
        this.frame = message.frame;
        this.lead = 0;
        break;
      case "loop": this.loop = message.loop; break;
      case "gains":
        this.targets.set(message.gains);
        if (!this.isPlaying) this.gains.set(message.gains);
        break;
      case "clicks": this.clicks = message.clicks; break;
    }
    this.report();
  }

  stop() {
    this.isPlaying = false;
    this.isWaiting = false;
    this.lead = 0;
  }

  /// Lets what would sound next fade, before something else sounds or nothing does.
  leave() {
    if (this.isPlaying && this.lead === 0) {
      const tail = { channels: [new Float32Array(fadeLength), new Float32Array(fadeLength)], at: 0 };
      const end = this.end;
      for (let i = 0; i < fadeLength && this.frame + i < end; i += 1) {
        const index = Math.floor((this.frame + i) / this.pieceLength);
        const piece = this.pieces.get(index);
        if (!piece) break;
        const gain = this.fade(i, end) * (1 - (i + 1) / fadeLength);
        const offset = this.frame + i - index * this.pieceLength;
        for (let stem = 0; stem < this.stemCount; stem += 1) {
          for (let channel = 0; channel < this.channelCount; channel += 1) {
            const base = (stem * this.channelCount + channel) * this.pieceLength;
            for (const target of this.targetsIn(tail.channels, channel)) target[i] += piece[base + offset] * this.gains[stem] * gain;
          }
        }
      }
      this.tails.push(tail);
    }
    this.fadeIn = 0;
  }

  /// Which of two sides a channel is heard on: both where it is the only one.
  targetsIn(sides, channel) { return this.channelCount === 1 ? sides : [sides[channel % sides.length]]; }

  /// Where what is played ends, or jumps back.
  get end() { return Math.min(this.loop && this.frame < this.loop.to ? this.loop.to : this.frameCount, this.frameCount); }

  report() {
    this.sinceReport = 0;
    this.port.postMessage({
      request: this.request, frame: this.frame, lead: this.lead, isPlaying: this.isPlaying, isWaiting: this.isWaiting,
      time: currentTime, levels: this.levels.slice(),
    });
    this.levels.fill(0);
  }

  process(inputs, outputs) {
    const output = outputs[0];
    const length = output[0].length;
    let at = 0;
    if (this.isPlaying) {
      const gains = this.gains.slice();
      for (let stem = 0; stem < this.stemCount; stem += 1) {
        const rest = this.targets[stem] - gains[stem];
        // Within some milliseconds; the last step is exact.
        this.gains[stem] = Math.abs(rest) < 1e-4 ? this.targets[stem] : gains[stem] + 0.35 * rest;
      }
      while (at < length && this.isPlaying) {
        const count = this.lead > 0 ? this.countIn(length - at, at) : this.step(output, at, length, gains);
        if (count === 0) break;
        at += count;
      }
    }
    this.soundTails(output, length);
    this.soundClicks(output, length);
    this.sinceReport += length;
    if (this.sinceReport >= reportLength) this.report();
    return true;
  }

  /// Lets time pass before the music begins.
  countIn(room, at) {
    const count = Math.min(room, this.lead);
    for (const click of this.leadClicks) {
      const offset = this.lead - click.before;
      if (offset >= 0 && offset < count) this.startClick(at + offset, click.isStrong);
    }
    this.lead -= count;
    return count;
  }

  /// Plays frames that lie in one piece and on one side of the loop's end; returns how many.
  step(output, at, length, gains) {
    if (this.loop && this.frame >= this.loop.to) {
      if (this.frame > this.loop.to) this.leave();
      this.frame = this.loop.from;
    }
    if (this.frame >= this.frameCount) {
      this.stop();
      this.frame = this.frameCount;
      this.report();
      return 0;
    }
    const index = Math.floor(this.frame / this.pieceLength);
    const piece = this.pieces.get(index);
    this.isWaiting = !piece;
    if (!piece) {
      if (this.frame > 0) this.fadeIn = 0;
      return 0;
    }
    const first = this.frame - index * this.pieceLength;
    const end = this.end;
    const count = Math.min(length - at, this.pieceLength - first, end - this.frame);
    for (let stem = 0; stem < this.stemCount; stem += 1) {
      let level = 0;
      for (let channel = 0; channel < this.channelCount; channel += 1) {
        const base = (stem * this.channelCount + channel) * this.pieceLength + first;
        const slope = (this.gains[stem] - gains[stem]) / length;
        const targets = this.targetsIn(output, channel);
        for (let i = 0; i < count; i += 1) {
          const value = piece[base + i] * (gains[stem] + slope * (at + i)) * this.fade(i, end);
          if (Math.abs(value) > level) level = Math.abs(value);
          for (const target of targets) target[at + i] += value;
        }
      }
      if (level > this.levels[stem]) this.levels[stem] = level;
    }
    if (this.clicks.isOn) this.findClicks(at, count);
    this.frame += count;
    this.fadeIn = Math.min(fadeLength, this.fadeIn + count);
    if (this.loop && this.frame === this.loop.to) this.fadeIn = 0;
    return count;
  }

  /// How loud a frame is that lies behind a jump, or before one.
  fade(i, end) {
    let gain = Math.min(1, (this.fadeIn + i + 1) / fadeLength);
    if (this.fadeIn >= fadeLength) gain = 1;
    if (this.loop) gain = Math.min(gain, (end - this.frame - i) / fadeLength);
    return gain;
  }

  soundTails(output, length) {
    for (const tail of this.tails) {
      const count = Math.min(length, fadeLength - tail.at);
      for (let i = 0; i < count; i += 1) {
        for (let side = 0; side < output.length; side += 1) output[side][i] += tail.channels[side][tail.at + i];
      }
      tail.at += count;
    }
    this.tails = this.tails.filter((tail) => tail.at < fadeLength);
  }

  findClicks(at, count) {
    const { frames, strong } = this.clicks;
    let low = 0;
    let high = frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (frames[middle] < this.frame) low = middle + 1; else high = middle;
    }
    for (let index = low; index < frames.length && frames[index] < this.frame + count; index += 1) {
      this.startClick(at + frames[index] - this.frame, strong[index] === 1);
    }
  }

  startClick(offset, isStrong) { this.sounding.push({ age: -offset, pitch: clickPitches[isStrong ? 1 : 0] }); }

  soundClicks(output, length) {
    const last = clickSeconds * sampleRate;
    for (const click of this.sounding) {
      for (let i = Math.max(0, -click.age); i < length; i += 1) {
        const time = (click.age + i) / sampleRate;
        // A cosine: it is loudest where the beat is.
        const value = 0.4 * Math.cos(2 * Math.PI * click.pitch * time) * Math.exp(-time * 120);
        for (const channel of output) channel[i] += value;
      }
      click.age += length;
    }
    this.sounding = this.sounding.filter((click) => click.age < last);
  }
}

registerProcessor("playing", Playing);
