import AudioFiles
import CSndfile
import Testing

/// MP3 files as people have them.
@Suite struct MPEGTests {
  private let folder = TemporaryFolder()
  private static let count = 100_000

  /// An MP3 with a header that states its length, from the first byte on.
  private func encoded() throws -> [UInt8] {
    let tone = (0..<Self.count).map { index -> Float in
      let phase = Float(index) * 0.03
      return 0.3 * (phase - phase.rounded())
    }
    try AudioFile.write(
      AudioBuffer(sampleRate: 44_100, channels: [tone]), to: folder.file("whole.mp3"), as: .mp3)
    return bytes(of: folder.file("whole.mp3"))
  }

  /// The same without that header.
  private func withoutHeader(_ whole: [UInt8]) throws -> ArraySlice<UInt8> {
    try #require(whole[..<64].indices.contains { whole[$0...].starts(with: "Xing".utf8) })
    let frame = try #require(
      whole.indices.dropFirst(64).first {
        whole[$0] == 0xFF && whole[$0 + 1] == whole[1] && whole[$0 + 2] & 0x0C == whole[2] & 0x0C
      })
    return whole[frame...]
  }

  private func read(_ bytes: some Sequence<UInt8>) throws -> (AudioBuffer, warnings: [String]) {
    write(bytes, to: folder.file("x.mp3"))
    var warnings: [String] = []
    let buffer = try AudioFile.read(path: folder.file("x.mp3"), warn: { warnings.append($0) })
    let stated = try AudioFileReader(path: folder.file("x.mp3")).statedCount
    #expect([0, buffer.sampleCount].contains(stated))
    return (buffer, warnings)
  }

  /// Sums of the decoder may come in another order behind a gap.
  private func isAlike(_ a: AudioBuffer, _ b: AudioBuffer, last count: Int) -> Bool {
    zip(a.channels[0].suffix(count), b.channels[0].suffix(count)).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  @Test func aFileThatDoesNotStateItsLengthIsReadToItsEnd() throws {
    let (buffer, warnings) = try read(withoutHeader(encoded()))
    // Whole frames, with the delay of the encoder.
    #expect(buffer.sampleCount % 1152 == 0)
    #expect((Self.count..<(Self.count + 3 * 1152)).contains(buffer.sampleCount))
    #expect(warnings.isEmpty)
  }

  @Test func largeTagsAtEitherEndDoNoHarm() throws {
    let whole = try encoded()
    let size = 2_000_000
    let front =
      Array("ID3".utf8) + [4, 0, 0] + [21, 14, 7, 0].map { UInt8(size >> $0 & 0x7F) }
      + [UInt8](repeating: 0, count: size)
    let behind =
      Array("APETAGEX".utf8) + (0..<150_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    let (plain, _) = try read(whole)
    #expect(plain.sampleCount == Self.count)
    for file in [front + whole, whole + behind, front + whole + behind] {
      let (buffer, warnings) = try read(file)
      #expect(buffer == plain)
      #expect(warnings.isEmpty)
    }
  }

  /// The rest stays at its time, with one warning, whatever the damage looks like.
  @Test(arguments: 0..<6)
  func aBadFrameIsSilent(kind: Int) throws {
    let whole = try encoded()
    let (plain, _) = try read(whole)
    var state = UInt32(kind)
    let middle = whole.count / 2
    let junk = (0..<700).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      // Bytes that look like the start of a frame, often.
      let choices: [UInt8] = [0, 0xFF, 0xFB, 0x90, UInt8(state >> 24)]
      return kind == 0 ? 0 : choices[Int(state >> 8) % 5]
    }
    let damaged = whole[..<middle] + junk + whole[(middle + junk.count)...]
    let (buffer, warnings) = try read(damaged)
    #expect(buffer.sampleCount == plain.sampleCount)
    #expect(
      warnings.count == 1 && warnings[0].contains("1 place could not be decoded"), "\(warnings)")
    #expect(buffer.channels[0].prefix(40_000) == plain.channels[0].prefix(40_000))
    #expect(isAlike(buffer, plain, last: 30_000))
    #expect(buffer.channels[0].allSatisfy { abs($0) < 1 })
    // Blocks are full up to the end, whatever the library gives at once.
    let reader = try AudioFileReader(path: folder.file("x.mp3"))
    var block = [Float](repeating: 0, count: 4096)
    for _ in 0..<(buffer.sampleCount / 4096) { #expect(try reader.read(into: &block) == 4096) }
    #expect(try reader.read(into: &block) == buffer.sampleCount % 4096)
  }

  @Test func missingBytesLeaveTheRestAtItsTime() throws {
    let whole = try encoded()
    let (plain, _) = try read(whole)
    let (buffer, warnings) = try read(
      whole[..<(whole.count / 2)] + whole[(whole.count / 2 + 300)...])
    #expect(buffer.sampleCount == plain.sampleCount)
    #expect(warnings.count == 1)
    #expect(isAlike(buffer, plain, last: 30_000))
  }

  @Test func filesThatWerePutTogetherAreReadWhole() throws {
    let whole = try encoded()
    let (buffer, _) = try read(whole + whole)
    #expect(buffer.sampleCount > 2 * Self.count - 1152)
  }

  @Test func theSharedFilesAreRead() throws {
    for (name, count) in [
      ("a01-sox-cbr.mp3", 610_560), ("a02-ape-cover.mp3", 176_400), ("a03.m4a", 176_400),
    ] {
      let path = "../shared/data/scores/\(name)"
      guard !bytes(of: path).isEmpty else {
        print("skipped: no \(path)")
        continue
      }
      var warnings: [String] = []
      #expect(try AudioFile.read(path: path, warn: { warnings.append($0) }).sampleCount == count)
      #expect(warnings.isEmpty)
    }
  }
}
