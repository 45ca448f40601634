import AudioFiles
import FoundationEssentials
import Terminal

/// The stems of a take, mixed as faders stand, or each for itself, in a format of somebody's choice.
struct Mixdown {
  let take: Take
  let reader: TakeReader
  let asker: Asker

  private static let blockLength = 1 << 15

  /// Writes stems that are multiplied and added.
  ///
  /// - Parameters:
  ///   - gains: of each stem; 0 leaves it out.
  ///   - name: within the folder; it must be free.
  func write(
    _ gains: [Float], to folder: String, named name: String, as format: AudioFormat,
    quality: Double? = nil
  ) throws {
    let staged = try StagedFiles(directory: folder, force: true)
    let details = quality.map { EncodingDetails(quality: $0) } ?? EncodingDetails()
    let writer = try staged.open(
      name: name,
      AudioShape(sampleRate: take.sampleRate, channelCount: take.channelCount), as: format,
      details: details, expectedCount: take.sampleCount)
    for start in stride(from: 0, to: take.sampleCount, by: Self.blockLength) {
      try asker.check()
      let end = min(start + Self.blockLength, take.sampleCount)
      let channels = try reader.piece(start..<end)
      var sum = [[Float]](
        repeating: [Float](repeating: 0, count: end - start), count: take.channelCount)
      for (index, channel) in channels.enumerated() {
        let gain = gains[index / take.channelCount]
        guard gain != 0 else { continue }
        for sample in channel.indices {
          sum[index % take.channelCount][sample] += gain * channel[sample]
        }
      }
      try writer.append(sum.map { $0[...] })
    }
    try writer.finish()
    try staged.commit()
  }
}
