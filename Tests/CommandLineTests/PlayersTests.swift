import Foundation
import Testing

/// The preset that follows the pitches of notes.
@Suite struct PlayersTests {
  private func run(_ command: String, _ options: [String], in folder: TemporaryFolder) throws
    -> Program.Run
  {
    if folder.files().isEmpty { try Duet.write(to: folder) }
    return try Program.run(
      [command, "duet.wav", "--score", "duet.csv", "-p", "players", "-o", "out"] + options,
      in: folder.path)
  }

  /// What means nothing where there are no templates is refused, and nothing is written.
  @Test(arguments: [
    ("separate", ["--model", "nae"], 64, "--model: expected a preset that has templates"),
    ("separate", ["--divergence", "is"], 64, "--divergence: expected"),
    ("separate", ["--frozen"], 64, "--frozen: expected"),
    ("plot", ["--templates", "random"], 64, "--templates: expected"),
    (
      "separate", ["--model-file", "generic-piano"], 1,
      "--model-file: expected a preset that has templates; 'players' follows the pitches of notes"
    ),
    (
      "compare", [], 1,
      "preset 'players': expected one that has templates, so that models can be compared"
    ),
  ])
  func whatMeansNothingIsRefused(
    command: String, options: [String], status: Int, text: String
  ) throws {
    let folder = try TemporaryFolder()
    let run = try run(command, options, in: folder)
    #expect(Int(run.status) == status)
    #expect(run.errors.contains(text), "\(run.errors)")
    #expect(folder.files(below: "out").isEmpty)
  }

  /// A stream says what it takes in its place, and gives what that gives.
  @Test func aStreamTakesShifts() throws {
    let folder = try TemporaryFolder()
    let followed = try run("separate", ["--stream"], in: folder)
    #expect(followed.status == 0)
    #expect(
      followed.errors.contains(
        "preset 'players': a stream cannot follow pitches, and takes the templates of preset 'parts' instead"
      ), "\(followed.errors)")
    #expect(folder.files(below: "out") == ["duet/left.flac", "duet/right.flac"])
    let plain = try run("separate", ["--force"], in: folder)
    #expect(plain.status == 0 && plain.errors.isEmpty, "\(plain.errors)")
  }
}
