// Thread: audio ⇄ worker

import DivisiEngine

/// A stream as the audio thread sees it; the worker owns it until the audio thread retires it.
struct StreamHandle: BitwiseCopyable {
  /// What the audio thread retires it by; no two streams of an instance have the same.
  let number: Int
  let process: UnsafeMutablePointer<StreamProcess>
  let channelCount: Int
  /// Samples.
  let latency: Int
  /// Positions that differ by less are the same, in seconds.
  let slackSeconds: Double
  /// The input that the model learns from, in samples.
  let historySamples: Int

  init(_ stream: Stream, number: Int, channelCount: Int, sampleRate: Double) {
    self.number = number
    self.channelCount = channelCount
    process = stream.process
    latency = stream.latency
    slackSeconds = Double(stream.settings.separation.hopSize) / 44_100 / 2
    historySamples = Int(stream.settings.historySeconds * sampleRate)
  }
}

/// Where the notes of a stream come from, and when.
struct Placement: BitwiseCopyable {
  /// As `score_source` says it: 0 for the score, 1 for MIDI, 2 for none.
  var source: Float = 0
  /// Whether the score goes by the host's transport, else by the time since activation.
  var followsHost = false
  /// How much later than the recording the score begins.
  var offsetSeconds = 0.0
}

/// A stream in use by the plugin, with the source and the position that were passed to it.
///
/// - Thread: audio.
struct StreamSlot: BitwiseCopyable {
  let stream: StreamHandle
  private var source: Float
  private var position: Transport.Position
  /// Whether any position was passed to it.
  private var isPlaced: Bool

  @_noLocks
  init(_ stream: StreamHandle) {
    self.stream = stream
    source = -1
    position = Transport.Position(seconds: 0, clock: 0, isRolling: false)
    isPlaced = false
  }

  /// Samples that it has taken.
  var processedCount: Int {
    @_noLocks get { stream.process.pointee.position }
  }

  /// Passes source and position to the stream where they differ from what it has.
  @_noLocks
  mutating func update(_ placement: Placement, _ transport: Transport, sampleRate: Double) {
    let source = placement.source
    let now = transport.position(
      followsHost: placement.followsHost, offset: placement.offsetSeconds)
    if source != self.source {
      self.source = source
      stream.process.pointee.setSource(source < 0.5 ? .score : source < 1.5 ? .midi : .none)
    }
    let expected = position.seconds(atClock: now.clock, sampleRate: sampleRate)
    guard
      !isPlaced || now.isRolling != position.isRolling
        || abs(now.seconds - expected) > stream.slackSeconds
    else { return }
    isPlaced = true
    position = now
    stream.process.pointee.locate(seconds: now.seconds, isRolling: now.isRolling)
  }
}
