// Thread: audio ⇄ worker

import DivisiEngine

/// A stream on its way to the audio thread, or there.
final class StreamSlot: Sendable {
  /// What the audio thread needs of a stream.
  struct View: BitwiseCopyable, @unchecked Sendable {
    let process: UnsafeMutablePointer<StreamProcess>
    let channelCount: Int
    /// Samples.
    let latency: Int
    /// Positions that differ by less are the same, in seconds.
    let slackSeconds: Double
    /// The input that the model learns from, in samples.
    let historySamples: Int
  }

  let stream: Stream
  let view: View

  init(_ stream: Stream, channelCount: Int, sampleRate: Double) {
    self.stream = stream
    view = View(
      process: stream.process, channelCount: channelCount, latency: stream.latency,
      slackSeconds: Double(stream.settings.separation.hopSize) / 44_100 / 2,
      historySamples: Int(stream.settings.historySeconds * sampleRate))
  }
}
