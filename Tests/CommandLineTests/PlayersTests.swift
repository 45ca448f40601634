import AudioFiles
import Foundation
import Testing

/// The preset that follows the pitches of notes.
@Suite struct PlayersTests {
  private func run(_ options: [String], in folder: TemporaryFolder) throws -> Program.Run {
    if folder.files().isEmpty { try Duet.write(to: folder) }
    return try Program.run(
      ["separate", "duet.wav", "--score", "duet.csv", "-o", "out", "--force"] + options,
      in: folder.path)
  }

  /// A stream says what it leaves out; a whole recording has nothing to say.
  @Test func aStreamFollowsNothing() throws {
    let folder = try TemporaryFolder()
    let streamed = try run(["-p", "players", "--stream"], in: folder)
    #expect(streamed.status == 0)
    #expect(
      streamed.errors.contains(
        "preset 'players': a stream cannot follow pitches; it has the templates of this preset alone"
      ), "\(streamed.errors)")
    #expect(folder.files(below: "out") == ["duet/left.flac", "duet/right.flac"])
    let whole = try run(["-p", "players"], in: folder)
    #expect(whole.status == 0 && whole.errors.isEmpty, "\(whole.errors)")
  }

  /// Templates and tones share a bin between all parts, so nothing is lost.
  @Test func partsAndResidualAddUp() throws {
    let folder = try TemporaryFolder()
    let result = try run(
      ["-p", "players", "--residual", "--format", "wav-float", "--threads", "1"], in: folder)
    try #require(result.status == 0, "\(result.errors)")
    let mix = try AudioFile.read(path: folder.file("duet.wav")).channels[0]
    var sum = mix.map { _ in Float(0) }
    for part in ["left", "right", "residual"] {
      let samples = try AudioFile.read(path: folder.file("out/duet/\(part).wav")).channels[0]
      for index in sum.indices { sum[index] += samples[index] }
    }
    #expect(zip(sum, mix).allSatisfy { abs($0 - $1) < 1e-5 })
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/duet/left.wav")))
    let again = try run(
      ["-p", "players", "--residual", "--format", "wav-float", "--threads", "2"], in: folder)
    #expect(again.status == 0)
    let after = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/duet/left.wav")))
    #expect(before == after)
  }
}
