/// What a file is told besides its samples and its format.
public struct EncodingDetails: Sendable {
  /// How well a lossy format keeps the sound: 0 smallest to 10 best.
  ///
  /// Vorbis has the same scale; for MP3 it goes from V9 to V0, for Opus from 16 to 128 kbit/s for each channel. Other
  /// formats keep all.
  public var quality: Double
  /// What the file says of itself.
  public var tags: AudioTags

  /// Qualities that there are.
  public static let qualities = 0.0...10.0

  /// - Parameter quality: within ``qualities``; 8 is about 200 kbit/s in stereo.
  public init(quality: Double = 8, tags: AudioTags = AudioTags()) {
    self.quality = quality
    self.tags = tags
  }
}
