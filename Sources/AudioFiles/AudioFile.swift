/// Audio files, whole: what may be read and written, and the limits of both.
public enum AudioFile {
  /// Channels that a recording may have.
  public static let channelCounts = 1...64
  /// Sample rates that a recording may have, in hertz.
  public static let sampleRates = 8_000...192_000
  /// Samples, over all channels, that are read from one file: 8 GiB in memory.
  ///
  /// A compressed file of a few kilobytes can claim, and even hold, hours of silence.
  public static let maximumSampleCount = 1 << 31

  /// The place of a sample as a person finds it in an editor: channels count from 1.
  static func place(channel: Int, sample: Int, sampleRate: Int) -> String {
    "channel \(channel + 1), sample \(sample) (\(seconds(sample: sample, sampleRate: sampleRate)))"
  }

  /// When a sample sounds, to the millisecond.
  static func seconds(sample: Int, sampleRate: Int) -> String {
    let milliseconds = Int((Double(sample) / Double(sampleRate) * 1000).rounded())
    let fraction = String(milliseconds % 1000 + 1000).dropFirst()
    return "\(milliseconds / 1000).\(fraction) s"
  }
}
