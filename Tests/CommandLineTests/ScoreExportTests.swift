import Foundation
import Testing

/// What a program that runs this one learns of the score, and of how far it is.
@Suite struct ScoreExportTests {
  @Test func theScoreIsWrittenAsItIsSeparatedBy() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(
      [
        "separate", "duet.wav", "--score", "duet.csv", "-o", "out", "--align", "off",
        "--export-score", "{name}.json", "--progress",
      ], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("{\"progress\":1.0}\n"))
    let object = try JSONSerialization.jsonObject(with: Data(folder.text("duet.json").utf8))
    let parts = try #require((object as? [String: Any])?["parts"] as? [[String: Any]])
    let notes = parts.flatMap { $0["notes"] as? [[String: Any]] ?? [] }
    let rows = Duet.score.split(separator: "\n").dropFirst()
    #expect(notes.count == rows.count)
    #expect(notes.allSatisfy { $0["start"] is Double && $0["pitch"] is Int })
  }

  @Test func itIsNotReplacedUnasked() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try folder.write("mine".utf8, to: "score.json")
    let run = try Program.run(
      [
        "separate", "duet.wav", "--score", "duet.csv", "-o", "out", "--align", "off",
        "--export-score", "score.json",
      ], in: folder.path)
    #expect(run.status == 1 && run.errors.contains("score.json: expected a new file, or --force"))
    #expect(try folder.text("score.json") == "mine")
  }
}
