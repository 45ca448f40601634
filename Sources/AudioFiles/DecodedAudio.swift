/// A recording that has been decoded to its end, so that it need not be decoded again.
public struct DecodedAudio: Sendable {
  /// Interleaved: 4 bytes for each.
  fileprivate let samples: [Float]
  fileprivate let path: String
  fileprivate let sampleRate: Int
  fileprivate let channelCount: Int
  fileprivate let tags: AudioTags
  fileprivate let warning: String?

  /// - Parameters:
  ///   - samples: all that a reader gave, interleaved; at least one of each channel.
  ///   - reader: at the end of its recording.
  public init(_ samples: [Float], from reader: AudioFileReader) {
    self.samples = samples
    path = reader.path
    sampleRate = reader.sampleRate
    channelCount = reader.channelCount
    tags = reader.tags
    warning = reader.warning
  }
}

/// Decoded samples, read as the file was; they are let go once they have been read.
final class DecodedSource: SampleSource {
  let sampleRate: Int
  let channelCount: Int
  let statedCount: Int
  let tags: AudioTags
  let warning: String?
  let path: String
  private var samples: [Float]

  init(_ audio: DecodedAudio) {
    samples = audio.samples
    path = audio.path
    sampleRate = audio.sampleRate
    channelCount = audio.channelCount
    statedCount = audio.samples.count / audio.channelCount
    tags = audio.tags
    warning = audio.warning
  }

  func read(into block: UnsafeMutableBufferPointer<Float>, position: Int) -> Int {
    let count = min(block.count / channelCount, statedCount - position)
    guard count > 0 else { return 0 }
    let range = position * channelCount..<(position + count) * channelCount
    _ = block.update(fromContentsOf: samples[range])
    if position + count == statedCount { samples = [] }
    return count
  }
}
