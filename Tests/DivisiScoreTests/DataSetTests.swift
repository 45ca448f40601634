import DivisiScore
import Testing

/// The benchmark data, if it lies beside the package.
@Suite(.enabled(if: TestFiles.exists(TestFiles.data), "no ../shared/data beside the package"))
struct DataSetTests {
  static let items = ["piano-hands", "drums", "real"].flatMap { set in
    TestFiles.entries("\(TestFiles.data)/\(set)").map { "\(TestFiles.data)/\(set)/\($0)" }
  }.filter { TestFiles.exists("\($0)/score.mid") }

  @Test(arguments: items)
  func MIDIAgreesWithTheTable(item: String) throws {
    let midi = try Score.read(path: "\(item)/score.mid")
    let table = try Score.read(path: "\(item)/notes.csv")
    let isDrums = !item.contains("piano-hands")
    let selection = isDrums ? PartSelection.drums : .hands
    let midiParts = try selection.parts(of: midi, name: "score.mid")
    let tableParts = try selection.parts(of: table, name: "notes.csv")
    #expect(midiParts.map(\.name) == tableParts.map(\.name))
    #expect(midiParts.reduce(0) { $0 + $1.notes.count } == midi.notes.count)
    for (a, b) in zip(midiParts, tableParts) {
      #expect(a.notes.count == b.notes.count)
      let order = { (x: Note, y: Note) in
        (x.pitch, x.onsetSeconds) < (y.pitch, y.onsetSeconds)
      }
      for (x, y) in zip(a.notes.sorted(by: order), b.notes.sorted(by: order)) {
        #expect(x.pitch == y.pitch)
        #expect(abs(x.onsetSeconds - y.onsetSeconds) < 1e-3)
        #expect(isDrums || abs(x.releaseSeconds - y.releaseSeconds) < 1e-3)
        #expect(x.velocity == y.velocity)
        #expect(x.dampedSeconds >= x.releaseSeconds)
      }
    }
  }

  /// Every aligned note is in the printed score, in its hand, where the alignment says.
  ///
  /// The recordings leave out repeats, so they are taken out of the print as well; so are its
  /// tempos, which leaves half a second for each quarter note. Grace notes and
  /// the notes they delay may be off by two thirty-seconds.
  @Test(arguments: items.filter { TestFiles.exists("\($0)/alignment.csv") })
  func printAgreesWithTheAlignment(item: String) throws {
    let text = String(decoding: TestFiles.bytes("\(item)/score.musicxml"), as: UTF8.self)
    let folded = replace("<repeat ", by: "<no-repeat ", in: text)
    let even = replace("per-minute", by: "no", in: replace("tempo=", by: "no=", in: folded))
    let score = try Score.parse(bytes: Array(even.utf8), name: "score.musicxml")
    let unfolded = try Score.parse(bytes: Array(text.utf8), name: "score.musicxml")
    #expect((unfolded.notes.count > score.notes.count) == (folded != text))
    #expect(score.trackNames == ["right", "left"])

    let parts = try PartSelection.hands.parts(of: score, name: "score.musicxml")
    let table = TestFiles.bytes("\(item)/alignment.csv")
    let rows = String(decoding: table, as: UTF8.self).split { $0.isNewline }.dropFirst()
      .map { $0.split(separator: ";").map(String.init) }
    #expect(rows.count > 10)
    for row in rows {
      let quarter = try #require(Double(row[0]))
      let pitch = try #require(Int(row[4]))
      let part = try #require(parts.first { $0.name == row[5] })
      #expect(
        part.notes.contains {
          $0.pitch == pitch && abs($0.onsetSeconds * 2 - quarter) < 0.26
        }, "\(row)")
    }
  }

  private func replace(_ old: String, by new: String, in text: String) -> String {
    text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }

  @Test(
    arguments: items.filter { !$0.contains("piano") && TestFiles.exists("\($0)/score.musicxml") })
  func printedDrumsAreOfTheSameKit(item: String) throws {
    let score = try Score.read(path: "\(item)/score.musicxml")
    let parts = try PartSelection.drums.parts(of: score, name: "score.musicxml")
    let performed = try Score.read(path: "\(item)/score.mid")
    #expect(
      try parts.map(\.name)
        == PartSelection.drums.parts(of: performed, name: "score.mid").map(\.name))
    #expect(Set(score.notes.map(\.pitch)).isSuperset(of: performed.notes.map(\.pitch)))
    #expect(score.notes.allSatisfy { $0.channel == 10 })
  }
}
