import AudioFiles
import Testing

/// Samples in memory are read as a file is.
@Suite struct SampleArrayTests {
  /// Three channels of seven samples, planar and interleaved.
  private static let planar: [[Float]] = (0..<3).map { channel in
    (0..<7).map { Float(10 * channel + $0) }
  }
  private static let interleaved = (0..<7).flatMap { sample in planar.map { $0[sample] } }

  private func withReader(
    _ values: [Float], starts: [Int], stride: Int, sampleRate: Int = 44_100,
    _ body: (AudioFileReader) throws -> Void
  ) throws {
    try values.withUnsafeBufferPointer { values in
      try body(
        AudioFileReader(
          SampleArrays(
            channels: starts.map { values.baseAddress! + $0 }, sampleCount: 7, stride: stride,
            sampleRate: sampleRate, name: "memory")))
    }
  }

  @Test(arguments: [(true, 2), (true, 7), (false, 3), (false, 100)])
  func layoutsAndBlocksDoNotMatter(isPlanar: Bool, blockLength: Int) throws {
    let values = isPlanar ? Self.planar.flatMap { $0 } : Self.interleaved
    try withReader(
      values, starts: isPlanar ? [0, 7, 14] : [0, 1, 2], stride: isPlanar ? 1 : 3
    ) { reader in
      #expect(reader.statedCount == 7 && reader.channelCount == 3 && reader.path == "memory")
      var found: [Float] = []
      var block = [Float](repeating: -1, count: 3 * blockLength)
      while true {
        let count = try reader.read(into: &block)
        guard count > 0 else { break }
        found += block[..<(3 * count)]
      }
      #expect(found == Self.interleaved)
      try reader.seek(to: 5)
      #expect(try reader.read(into: &block) == min(2, blockLength))
      #expect(block[..<3] == Self.interleaved[15..<18])
    }
  }

  /// What was decoded once is read again as it was, in blocks of any length.
  @Test func decodedSamplesAreReadAgain() throws {
    try withReader(Self.interleaved, starts: [0, 1, 2], stride: 3) { reader in
      var all = [Float](repeating: -1, count: 3 * 7)
      #expect(try reader.read(into: &all) == 7)
      let again = AudioFileReader(DecodedAudio(all, from: reader))
      #expect(again.path == "memory" && again.statedCount == 7 && again.sampleRate == 44_100)
      var (found, block) = ([Float](), [Float](repeating: -1, count: 3 * 3))
      while case let count = try again.read(into: &block), count > 0 {
        found += block[..<(3 * count)]
      }
      #expect(found == Self.interleaved && again.position == 7)
      #expect(try again.read(into: &block) == 0)
    }
  }

  @Test func whatNoFileMayBeIsRefused() throws {
    var values = Self.interleaved
    values[13] = .nan
    try withReader(values, starts: [0, 1, 2], stride: 3) { reader in
      var block = [Float](repeating: 0, count: 300)
      #expect {
        try reader.read(into: &block)
      } throws: {
        "\($0)" == "memory: channel 2, sample 4 (0.000 s): expected a finite sample; it is nan"
      }
    }
    #expect {
      try withReader(values, starts: [0], stride: 1, sampleRate: 7000) { _ in }
    } throws: {
      "\($0)" == "memory: expected a sample rate of 8000 to 192000 Hz; it is 7000 Hz"
    }
  }
}
