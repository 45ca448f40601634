import AudioFiles
import Synchronization
import Terminal

/// The stems of a take, read in pieces from anywhere.
///
/// - Thread: any; one piece at a time.
final class TakeReader: Sendable {
  /// Used by one thread at a time.
  private struct Readers: @unchecked Sendable {
    var files: [AudioFileReader] = []
  }

  let sampleCount: Int
  let channelCount: Int
  private let paths: [String]
  private let sampleRate: Int
  private let readers = Mutex(Readers())

  /// The longest piece, in samples of each channel.
  static let longestPiece = 1 << 16

  init(_ take: Take, of project: Project) {
    sampleCount = take.sampleCount
    channelCount = take.channelCount
    sampleRate = take.sampleRate
    paths = take.stems.map { project.takePath(take.number) + "/" + $0.file }
  }

  /// Samples of each channel of each stem, one stem after the other, silent behind the end.
  ///
  /// - Parameter range: from 0 on, at most ``longestPiece`` long.
  func piece(_ range: Range<Int>) throws -> [[Float]] {
    try readers.withLock { readers in
      if readers.files.isEmpty { readers.files = try paths.map(opened) }
      return try readers.files.flatMap { try Self.read(range, from: $0) }
    }
  }

  /// A stem that is what the take says; somebody may have changed it.
  private func opened(_ path: String) throws -> AudioFileReader {
    let reader = try AudioFileReader(path: path)
    guard reader.channelCount == channelCount, reader.sampleRate == sampleRate,
      reader.statedCount == sampleCount
    else {
      throw Failure(
        "\(path): expected \(Self.shape(channelCount, sampleRate, sampleCount)) as separated, found \(Self.shape(reader.channelCount, reader.sampleRate, reader.statedCount))"
      )
    }
    return reader
  }

  private static func shape(_ channels: Int, _ rate: Int, _ samples: Int) -> String {
    "\(channels) × \(samples) samples at \(rate) Hz"
  }

  private static func read(_ range: Range<Int>, from reader: AudioFileReader) throws -> [[Float]] {
    let stride = reader.channelCount
    var channels = [[Float]](
      repeating: [Float](repeating: 0, count: range.count), count: stride)
    let end = min(range.upperBound, reader.statedCount)
    guard range.lowerBound < end else { return channels }
    if reader.position != range.lowerBound { try reader.seek(to: range.lowerBound) }
    var block = [Float](repeating: 0, count: (end - range.lowerBound) * stride)
    let count = try reader.read(into: &block)
    for channel in 0..<stride {
      for sample in 0..<count { channels[channel][sample] = block[sample * stride + channel] }
    }
    return channels
  }
}
