import Foundation
import Testing

/// `divisi align --correct-notes`.
@Suite struct NoteCorrectionTests {
  private static let mix = Recording.polonaise + "/mix.flac"

  private struct Row: Hashable {
    let start: Double, duration: Double
    let pitch: Int
    let label: String
  }

  private func rows(_ table: String) throws -> [Row] {
    try table.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ";", omittingEmptySubsequences: false)
      return Row(
        start: try #require(Double(fields[0])), duration: try #require(Double(fields[1])),
        pitch: try #require(Int(fields[2])), label: String(fields[4]))
    }
  }

  private func holds(_ rows: [Row], _ note: Row) -> Bool {
    rows.contains {
      $0.pitch == note.pitch && $0.label == note.label && abs($0.start - note.start) < 0.06
    }
  }

  /// What the score is corrected by is what is said of it, and all else stays as it is without.
  @Test func whatIsWrittenIsWhatIsSaid() throws {
    let folder = try TemporaryFolder()
    let listed = try Program.run("inspect", Recording.polonaise + "/score.mid", "--notes").output
    let lines = listed.split(separator: "\n")
    var mistakes: [Row] = []
    let mistaken = try zip(lines.dropFirst(), rows(listed)).enumerated().compactMap { index, note in
      let isWrong = index % 50 == 30
      guard index % 50 == 5 || isWrong else { return String(note.0) }
      mistakes.append(note.1)
      let (row, pitch) = (note.1, note.1.pitch + 1)
      return isWrong ? "\(row.start);\(row.duration);\(pitch);64;\(row.label);" : nil
    }
    try folder.write(
      ([String(lines[0])] + mistaken).joined(separator: "\n").utf8, to: "mistaken.csv")
    func aligned(_ options: String...) throws -> (rows: [Row], corrections: [[String: Any]]?) {
      let run = try Program.run(
        [
          "align", Self.mix, "--score", folder.file("mistaken.csv"), "-o", folder.file("new.csv"),
          "--force", "--json",
        ] + options)
      try #require(run.status == 0, "\(run.errors)")
      let record = try #require(
        try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      let placement = try #require(record["placement"] as? [String: Any])
      let rows = try rows(folder.text("new.csv"))
      #expect(record["notes"] as? Int == rows.count)
      return (rows, placement["corrections"] as? [[String: Any]])
    }
    let kept = try aligned()
    #expect(kept.corrections == nil && kept.rows.count == mistaken.count)
    let (written, found) = try aligned("--correct-notes", "on")
    let corrections = try #require(found)
    // An offset moves what is written, and not where notes are looked for.
    let moved = try aligned("--correct-notes", "on", "--score-offset", "5")
    #expect(moved.corrections?.count == corrections.count && moved.rows.count == written.count)
    for (late, note) in zip(moved.rows, written) {
      #expect(late.pitch == note.pitch && abs(late.start - note.start - 5) < 0.001)
    }
    var (gone, new) = (Set(kept.rows).subtracting(written), Set(written).subtracting(kept.rows))
    #expect(written.count == kept.rows.count + corrections.count { $0["instead"] == nil })
    for correction in corrections {
      let seconds = try #require(correction["seconds"] as? Double)
      func take(_ key: String, from rows: inout Set<Row>) throws -> Row {
        let row = try #require(
          rows.first { $0.pitch == correction[key] as? Int && abs($0.start - seconds) < 0.001 })
        rows.remove(row)
        return row
      }
      let note = try take("pitch", from: &new)
      if correction["instead"] != nil {
        #expect(try take("instead", from: &gone).label == note.label)
      }
    }
    #expect(gone.isEmpty && new.isEmpty, "\(gone) \(new)")
    #expect(mistakes.count { holds(written, $0) } >= mistakes.count / 2)
  }

  /// A score with mistakes, at another tempo; tracks, names and times are in MIDI as in the table.
  @Test(.enabled(if: QualityTests.hasData, QualityTests.absence))
  func aWrongScoreIsPutRight() throws {
    let folder = try TemporaryFolder()
    let piece =
      Program.root.appendingPathComponent("../shared/data/piano-hands/joplin-maple-leaf").path
    for file in ["new.csv", "new.mid"] {
      let run = try Program.run(
        "align", piece + "/mix.flac", "--score", piece + "/misaligned_errors.mid",
        "--correct-notes", "on", "-o", folder.file(file))
      #expect(run.output.contains(" notes corrected ("), "\(run.errors)")
    }
    let played = try rows(String(contentsOfFile: piece + "/notes.csv", encoding: .utf8))
    let table = try rows(folder.text("new.csv"))
    // 253 of its 269 are right as they are.
    #expect(table.count { holds(played, $0) } >= 265)
    let listed = try rows(Program.run("inspect", folder.file("new.mid"), "--notes").output)
    #expect(listed.count == table.count)
    #expect(
      table.allSatisfy { note in
        listed.contains {
          $0.pitch == note.pitch && $0.label == note.label && abs($0.start - note.start) < 0.003
        }
      })
  }

  @Test func aRightScoreIsSaidToBeRight() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "align", Self.mix, "--score", Recording.polonaise + "/score.musicxml", "--correct-notes",
      "on", "-o", folder.file("new.mid"))
    #expect(run.status == 0 && run.output.contains("notes, none corrected\n"), "\(run)")
  }

  /// What has no effect is said.
  @Test func drumsAreLeftAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let drums = ["--score", Recording.drumBreak + "/score.mid", "--correct-notes", "on", "-o"]
    for command in [
      ["align", Recording.drumBreak + "/mix.flac"] + drums + [folder.file("new.mid")],
      ["separate", Recording.drumBreak + "/mix.flac"] + drums
        + [folder.file("out"), "-p", "drums-fast"],
    ] {
      let run = try Program.run(command)
      #expect(run.status == 0 && run.errorLines.count == 1)
      #expect(run.errors.contains("score.mid: its notes are used as they are"), "\(run.errors)")
    }
    let refused = try Program.run(
      ["align", Recording.drumBreak + "/mix.flac"] + drums + [folder.file("a.mid"), "--drums"])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--correct-notes: expected no --drums"), "\(refused.errors)")
  }
}
