import AudioFiles
import DivisiSeparation
import Terminal

/// A recording that is read once, of which a stretch is kept.
final class SlidingRecording {
  private let header: RecordingHeader
  private let reader: AudioFileReader
  private var start = 0
  private var channels: [[Float]]
  private static let blockLength = 16_384

  init(_ header: RecordingHeader) throws {
    self.header = header
    reader = try header.reader()
    channels = [[Float]](repeating: [], count: header.shape.channelCount)
  }

  /// What could not be decoded, in a line.
  var warning: String? { reader.warning }

  /// Samples by channel.
  ///
  /// - Parameter range: begins no earlier than the one before.
  /// - Throws: where the file is damaged or ends too early.
  func samples(_ range: Range<Int>) throws -> [[Float]] {
    let stride = reader.channelCount
    var block = [Float](repeating: 0, count: Self.blockLength * stride)
    while start + channels[0].count < range.upperBound {
      let count = try reader.read(into: &block)
      guard count > 0 else {
        throw Failure(
          "\(header.path): expected \(header.sampleCount) samples; it ends after \(reader.position)"
        )
      }
      for channel in channels.indices {
        channels[channel].append(
          contentsOf: (0..<count).lazy.map { block[$0 * stride + channel] })
      }
    }
    let passed = range.lowerBound - start
    if passed > 0 {
      for channel in channels.indices { channels[channel].removeFirst(passed) }
      start = range.lowerBound
    }
    return channels.map { Array($0[..<range.count]) }
  }
}
