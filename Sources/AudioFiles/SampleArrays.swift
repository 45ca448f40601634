/// The samples of a recording as a caller has them in memory, who keeps them there unchanged while they are read.
///
/// - Thread: any; they are only read.
public struct SampleArrays: @unchecked Sendable {
  /// Where each channel begins.
  public let channels: [UnsafePointer<Float>]
  /// Samples of each channel.
  public let sampleCount: Int
  /// How many values one sample of a channel lies behind the one before: 1 for planar arrays, the number of channels for
  /// interleaved ones.
  public let stride: Int
  /// In hertz.
  public let sampleRate: Int
  /// What to call the recording in errors.
  public let name: String

  /// Samples that may lie anywhere; nothing is read here.
  public init(
    channels: [UnsafePointer<Float>], sampleCount: Int, stride: Int, sampleRate: Int, name: String
  ) {
    self.channels = channels
    self.sampleCount = sampleCount
    self.stride = stride
    self.sampleRate = sampleRate
    self.name = name
  }
}

/// Samples in memory, read as a file is.
final class ArraySource: SampleSource {
  let warning: String? = nil
  let tags = AudioTags()
  private let samples: SampleArrays

  init(_ samples: SampleArrays) { self.samples = samples }

  var sampleRate: Int { samples.sampleRate }
  var channelCount: Int { samples.channels.count }
  var statedCount: Int { samples.sampleCount }

  func read(into block: UnsafeMutableBufferPointer<Float>, position: Int) -> Int {
    let (stride, width) = (samples.stride, channelCount)
    let count = min(block.count / width, samples.sampleCount - position)
    for (index, channel) in samples.channels.enumerated() {
      let first = channel + position * stride
      for sample in 0..<count { block[sample * width + index] = first[sample * stride] }
    }
    return count
  }

  func seek(to sample: Int) -> Bool { true }
}
