/// The samples of a recording, channel by channel.
public struct AudioBuffer: Sendable, Equatable {
  /// Samples per second in each channel.
  public let sampleRate: Int
  /// The samples of each channel, all of one length; full scale is ±1, and may be exceeded.
  public let channels: [[Float]]

  /// Makes a recording of samples.
  ///
  /// - Precondition: there is a channel, and all channels have the same number of samples.
  public init(sampleRate: Int, channels: [[Float]]) {
    precondition(!channels.isEmpty, "a recording has at least one channel")
    precondition(
      channels.allSatisfy { $0.count == channels[0].count }, "channels of different lengths")
    self.sampleRate = sampleRate
    self.channels = channels
  }

  /// The number of samples in each channel.
  public var sampleCount: Int { channels[0].count }

  /// The length in seconds.
  public var durationSeconds: Double { Double(sampleCount) / Double(sampleRate) }
}
