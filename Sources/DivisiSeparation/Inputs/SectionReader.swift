import AudioFiles
package import DivisiEngine
import Synchronization
import Terminal

/// Reads a recording section by section, so that its length does not matter.
package final class SectionReader: Sendable {
  private struct State {
    let reader: AudioFileReader
    var cutter: SectionCutter
    var rest: Int
  }

  private let state: Mutex<State>
  private static let blockLength = 16_384

  package init(_ source: SeparationSource, layout: SectionLayout) throws {
    let cutter = SectionCutter(
      sampleCount: source.sampleCount, sampleRate: Double(source.shape.sampleRate),
      channelCount: source.shape.channelCount, layout: layout)
    state = Mutex(
      State(
        reader: try source.recording.reader(), cutter: cutter, rest: source.sampleCount))
  }

  /// What could not be decoded, in a line; final behind the last section.
  package var warning: String? { state.withLock { $0.reader.warning } }

  /// Reads and cuts the next section; nil past the last one.
  ///
  /// - Throws: where the file is damaged, or is of another length than it was said to be.
  package func next() throws -> Section? {
    try state.withLock { state in
      let reader = state.reader
      let section = try state.cutter.next { channels, count in
        try Self.read(count, from: reader, into: &channels)
      }
      guard let section else { return nil }
      state.rest -= section.core.count
      // Only a read that finds nothing looks at how the file ends.
      var block = [Float](repeating: 0, count: reader.channelCount)
      if state.rest == 0, try reader.read(into: &block) > 0 {
        throw Failure("\(reader.path): expected \(section.core.upperBound) samples; there are more")
      }
      return section
    }
  }

  private static func read(
    _ count: Int, from reader: AudioFileReader, into channels: inout [[Float]]
  ) throws {
    let stride = reader.channelCount
    let end = reader.position + count
    var block: [Float] = []
    while reader.position < end {
      let wanted = min(blockLength, end - reader.position)
      if block.count != wanted * stride { block = [Float](repeating: 0, count: wanted * stride) }
      let found = try reader.read(into: &block)
      guard found > 0 else {
        throw Failure("\(reader.path): expected \(end) samples; it ends after \(reader.position)")
      }
      if stride == 1 { channels[0] += block[..<found] }
      for channel in channels.indices where stride > 1 {
        channels[channel].append(
          contentsOf: (0..<found).lazy.map { block[$0 * stride + channel] })
      }
    }
  }
}
