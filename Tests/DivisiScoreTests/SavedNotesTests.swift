import DivisiScore
import Testing

/// Notes as a state keeps them, with the limits of files.
@Suite struct SavedNotesTests {
  private static let names = ["left", "right"]
  private static let notes = SavedNotes(
    parts: [
      Part(
        name: "left",
        notes: [Note(onsetSeconds: 0.1, releaseSeconds: 0.3, dampedSeconds: 1.0 / 3, pitch: 48)]),
      Part(
        name: "right",
        notes: [
          Note(onsetSeconds: 0, releaseSeconds: 0, pitch: 127, velocity: 1),
          Note(onsetSeconds: 359_000, releaseSeconds: 360_000, pitch: 0, velocity: 127),
        ]),
    ], hasPedal: true)

  private func refusal(_ text: String) -> String? {
    do throws(ScoreError) {
      _ = try SavedNotes(parsing: text, partNames: Self.names)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func textKeepsEveryBit() throws {
    #expect(try SavedNotes(parsing: Self.notes.text, partNames: Self.names) == Self.notes)
    var plain = Self.notes
    plain.hasPedal = false
    #expect(try SavedNotes(parsing: plain.text, partNames: Self.names) == plain)
  }

  /// Parts of one instrument, as all were once, look as they did then.
  @Test func instrumentsAreKept() throws {
    #expect(Self.notes.text.contains("\npart right\n"))
    var two = Self.notes
    two.parts[1].instrument = 1
    #expect(two.text.contains("\npart right 1\n"))
    #expect(try SavedNotes(parsing: two.text, partNames: Self.names) == two)
    #expect(
      refusal("divisi-notes 1 plain\npart left\npart right 2\n")
        == "saved notes: line 3: expected the part 'right', found 'part right 2'")
  }

  @Test(arguments: [
    ("", "saved notes: expected 'divisi-notes 1', found the end"),
    (
      "divisi-notes 2 plain\n",
      "saved notes: line 1: expected 'divisi-notes 1', found 'divisi-notes 2 plain'"
    ),
    (
      "divisi-notes 1 plain\n0 1 1 60 80\n",
      "saved notes: line 2: expected a note, found '0 1 1 60 80'"
    ),
    ("divisi-notes 1 plain\npart left\n", "saved notes: expected the part 'right', found the end"),
    (
      "divisi-notes 1 plain\npart right\n",
      "saved notes: line 2: expected the part 'left', found 'part right'"
    ),
    (
      "divisi-notes 1 plain\npart left\npart right\npart left\n",
      "saved notes: line 4: expected no other part, found 'part left'"
    ),
    (
      "divisi-notes 1 plain\n\npart left\n-1 1 1 60 80\n",
      "saved notes: line 4: expected a note, found '-1 1 1 60 80'"
    ),
    (
      "divisi-notes 1 plain\npart left\n0 nan nan 60 80\n",
      "saved notes: line 3: expected a note, found '0 nan nan 60 80'"
    ),
    (
      "divisi-notes 1 plain\npart left\n0 1 360000.5 60 80\n",
      "saved notes: line 3: expected notes that end within 100 hours, found '0 1 360000.5 60 80'"
    ),
    (
      "divisi-notes 1 plain\npart left\n0 1 inf 60 80\n",
      "saved notes: line 3: expected notes that end within 100 hours, found '0 1 inf 60 80'"
    ),
  ])
  func whatIsNoneIsRefusedInALine(text: String, line: String) {
    #expect(refusal(text) == line)
  }

  @Test func aMillionNotesAreAllAndNoMore() {
    let text =
      "divisi-notes 1 plain\npart left\npart right\n"
      + String(repeating: "0 0 0 1 1\n", count: 1_000_000)
    #expect(refusal(text) == nil)
    #expect(
      refusal(text + "0 0 0 2 1\n")
        == "saved notes: line 1000004: expected at most 1000000 notes, found '0 0 0 2 1'")
  }
}
