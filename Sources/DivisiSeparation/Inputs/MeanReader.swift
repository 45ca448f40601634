import AudioFiles
import Terminal

/// Reads the mean of a recording's channels, range after range.
package final class MeanReader {
  private let reader: AudioFileReader
  private let sampleCount: Int
  /// Samples that have been read and may be asked for again, and the place of the first.
  private var kept: [Float] = []
  private var first = 0
  private var block: [Float]

  private static let blockLength = 16_384

  package convenience init(_ recording: RecordingHeader) throws {
    try self.init(recording.reader(), sampleCount: recording.sampleCount)
  }

  /// - Parameter sampleCount: of each channel.
  init(_ reader: AudioFileReader, sampleCount: Int) throws {
    self.reader = reader
    self.sampleCount = sampleCount
    block = [Float](repeating: 0, count: Self.blockLength * reader.channelCount)
  }

  /// - Parameter range: that does not begin before the last one.
  /// - Throws: where the file is damaged, or is of another length than it was said to be.
  package func samples(_ range: Range<Int>) throws -> [Float] {
    kept.removeFirst(min(range.lowerBound - first, kept.count))
    first = range.lowerBound
    while reader.position < range.upperBound {
      guard try readBlock() > 0 else {
        throw Failure(
          "\(reader.path): expected \(sampleCount) samples; it ends after \(reader.position)")
      }
    }
    if range.upperBound == sampleCount {
      // Only a read that finds nothing looks at how the file ends.
      let goesOn = try reader.position > sampleCount || readBlock() > 0
      guard !goesOn else {
        throw Failure("\(reader.path): expected \(sampleCount) samples; there are more")
      }
    }
    return Array(kept[..<range.count])
  }

  /// - Returns: how many samples there were.
  private func readBlock() throws -> Int {
    let stride = reader.channelCount
    let start = reader.position
    let count = try reader.read(into: &block)
    let share = 1 / Float(stride)
    let skipped = min(max(0, first - start), count)
    kept += (skipped..<count).lazy.map { [block] sample in
      (0..<stride).reduce(Float(0)) { $0 + block[sample * stride + $1] } * share
    }
    return count
  }
}
