// What is heard: pieces of all parts come from the server, and one worklet plays them together.

import { ask, projectPath } from "/api.js";

/// Frames in a piece: three quarters of a second.
export const pieceLength = 32768;
/// Pieces that are there before they are needed, and that are kept at all.
const ahead = 5;
const mostPieces = 40;
const mostRequests = 3;

export class Player extends EventTarget {
  /// `take` as the server describes it.
  constructor(id, take) {
    super();
    this.id = id;
    this.take = take;
    this.rate = take.sampleRate;
    this.stemCount = take.stems.length;
    this.gains = new Array(this.stemCount).fill(1);
    this.speed = 1;
    this.pitch = 0;
    this.loop = null;
    this.clicks = null;
    this.isPlaying = false;
    this.isWaiting = false;
    this.state = { frame: 0, time: 0, lead: 0 };
    this.levels = new Array(this.stemCount).fill(0);
    this.known = new Set();
    this.asked = new Map();
    this.generation = 0;
    this.requests = 0;
    this.isClosed = false;
  }

  /// Frames of what is played, which is longer than the recording where it is slower.
  get frameCount() { return Math.round(this.take.sampleCount / this.speed); }
  get duration() { return this.take.sampleCount / this.rate; }
  toFrame(seconds) { return Math.round((seconds * this.rate) / this.speed); }
  toSeconds(frame) { return (frame * this.speed) / this.rate; }

  /// Makes the way to the loudspeakers; it stays silent until somebody presses a button.
  async prepare(context = new AudioContext({ sampleRate: this.rate, latencyHint: "interactive" })) {
    this.context = context;
    await context.audioWorklet.addModule("/playing.worklet.js");
    this.node = new AudioWorkletNode(context, "playing", {
      numberOfInputs: 0, outputChannelCount: [2],
      processorOptions: {
        stemCount: this.stemCount, channelCount: this.take.channelCount, pieceLength, frameCount: this.frameCount,
      },
    });
    this.node.port.onmessage = (event) => this.hear(event.data);
    this.node.connect(context.destination);
    this.tell({ type: "gains", gains: this.gains });
    this.request({ type: "seek", frame: this.state.frame });
    this.setLoop(this.loop);
    if (this.clicks) this.setClicks(this.clicks.beats, this.clicks.isOn);
  }

  close() {
    this.isClosed = true;
    this.generation += 1;
    this.node?.disconnect();
    if (this.context instanceof AudioContext) this.context.close();
  }

  tell(message, transfer = []) { this.node?.port.postMessage(message, transfer); }

  /// Tells where or whether to play: what is reported as it was before that no longer counts.
  request(message) {
    this.requests += 1;
    this.tell({ ...message, request: this.requests });
  }

  hear(state) {
    for (let stem = 0; stem < this.stemCount; stem += 1) {
      this.levels[stem] = Math.max(this.levels[stem], state.levels[stem]);
    }
    if (state.request !== this.requests) return;
    this.state = state;
    this.isWaiting = state.isWaiting;
    if (this.isPlaying !== state.isPlaying) {
      this.isPlaying = state.isPlaying;
      this.dispatchEvent(new Event("change"));
    }
    this.fetchPieces();
  }

  /// What of each part was loudest since this was asked last, in decibels.
  takeLevels() {
    const levels = this.levels.map((level) => (level > 1e-6 ? 20 * Math.log10(level) : -120));
    this.levels.fill(0);
    return levels;
  }

  /// Where the sound is that can be heard now, in seconds of the recording.
  get position() {
    let { frame } = this.state;
    if (this.isPlaying && !this.isWaiting && this.state.lead === 0) {
      const late = this.context.outputLatency || 0;
      frame += Math.max(0, this.context.currentTime - this.state.time - late) * this.rate;
      if (this.loop) {
        const { from, to } = this.frames(this.loop);
        if (frame >= to && this.state.frame < to) frame = from + ((frame - from) % (to - from));
      }
    }
    return Math.min(this.duration, this.toSeconds(frame));
  }

  // MARK: What a person does

  /// Plays from where it is; `countIn` has the beats before, in seconds of the recording that pass at its speed.
  async play(countIn = []) {
    if (this.isPlaying) return;
    let frame = this.toFrame(this.position);
    if (frame >= this.frameCount) frame = this.loop ? this.frames(this.loop).from : 0;
    const longest = countIn.reduce((most, beat) => Math.max(most, beat.before), 0);
    this.isPlaying = true;
    this.state = { ...this.state, frame, time: this.context.currentTime, lead: this.toFrame(longest) };
    this.request({
      type: "play", frame, lead: this.toFrame(longest),
      leadClicks: countIn.map((beat) => ({ before: this.toFrame(beat.before), isStrong: beat.isStrong })),
    });
    this.dispatchEvent(new Event("change"));
    this.fetchPieces();
    await this.context.resume();
  }

  pause() {
    this.isPlaying = false;
    this.request({ type: "pause" });
    this.dispatchEvent(new Event("change"));
  }

  seek(seconds) {
    const frame = this.toFrame(Math.min(Math.max(0, seconds), this.duration));
    this.state = { ...this.state, frame, time: this.context?.currentTime ?? 0, lead: 0 };
    this.request({ type: "seek", frame });
    this.fetchPieces();
    this.dispatchEvent(new Event("seek"));
  }

  /// `loop` is `{from, to}` in seconds, or null.
  setLoop(loop) {
    this.loop = loop && loop.to - loop.from > 0.05 ? loop : null;
    this.tell({ type: "loop", loop: this.loop && this.frames(this.loop) });
    this.fetchPieces();
  }

  setGains(gains) {
    this.gains = gains;
    this.tell({ type: "gains", gains });
  }

  /// Beats as `{seconds, isStrong}`, ascending.
  setClicks(beats, isOn) {
    this.clicks = { beats, isOn };
    this.tell({
      type: "clicks",
      clicks: {
        frames: Int32Array.from(beats, (beat) => this.toFrame(beat.seconds)),
        strong: Uint8Array.from(beats, (beat) => (beat.isStrong ? 1 : 0)), isOn,
      },
    });
  }

  /// Another speed (1 is that of the recording) or pitch in semitones; what is heard goes on from the same place.
  setSpeed(speed, pitch) {
    const position = this.position;
    this.speed = speed;
    this.pitch = pitch;
    this.generation += 1;
    this.known.clear();
    for (const controller of this.asked.values()) controller.abort();
    this.asked.clear();
    const frame = this.toFrame(position);
    this.state = { ...this.state, frame, time: this.context?.currentTime ?? 0 };
    this.request({ type: "clear", frameCount: this.frameCount, frame });
    this.setLoop(this.loop);
    if (this.clicks) this.setClicks(this.clicks.beats, this.clicks.isOn);
    this.fetchPieces();
  }

  frames(loop) {
    return { from: this.toFrame(loop.from), to: Math.min(this.toFrame(loop.to), this.frameCount) };
  }

  // MARK: Pieces

  /// The pieces that are needed next, in order.
  wanted() {
    const last = Math.max(0, Math.ceil(this.frameCount / pieceLength) - 1);
    const loop = this.loop && this.frames(this.loop);
    let index = Math.min(last, Math.floor(this.state.frame / pieceLength));
    const result = [];
    while (result.length < ahead && index <= last && !result.includes(index)) {
      result.push(index);
      const isEnd = loop && this.state.frame < loop.to && (index + 1) * pieceLength >= loop.to;
      index = isEnd ? Math.floor(loop.from / pieceLength) : index + 1;
    }
    return result;
  }

  fetchPieces() {
    if (!this.node || this.isClosed) return;
    const wanted = this.wanted();
    for (const index of wanted) {
      if (this.asked.size >= mostRequests) break;
      if (!this.known.has(index) && !this.asked.has(index)) this.fetchPiece(index, this.generation);
    }
    if (this.known.size > mostPieces) {
      const far = [...this.known].filter((index) => !wanted.includes(index))
        .sort((a, b) => Math.abs(b - wanted[0]) - Math.abs(a - wanted[0]))
        .slice(0, this.known.size - mostPieces);
      for (const index of far) this.known.delete(index);
      this.tell({ type: "drop", indices: far });
    }
  }

  async fetchPiece(index, generation) {
    const controller = new AbortController();
    this.asked.set(index, controller);
    const rendering = this.speed === 1 && this.pitch === 0 ? "" : `&speed=${Math.round(this.speed * 100)}&pitch=${this.pitch}`;
    try {
      const bytes = await ask(
        "GET", projectPath(this.id, `pcm?take=${this.take.number}&from=${index * pieceLength}&count=${pieceLength}${rendering}`),
        undefined, { binary: true, signal: controller.signal });
      if (generation !== this.generation) return;
      const samples = new Float32Array(bytes);
      this.asked.delete(index);
      this.known.add(index);
      this.tell({ type: "piece", index, samples }, [samples.buffer]);
      this.dispatchEvent(new Event("piece"));
      this.fetchPieces();
    } catch (error) {
      if (generation !== this.generation || error.name === "AbortError") return;
      this.dispatchEvent(new CustomEvent("problem", { detail: error.message }));
      // The next try is a second later, not at once.
      setTimeout(() => {
        if (generation === this.generation) this.asked.delete(index);
        this.fetchPieces();
      }, 1000);
    }
  }
}
