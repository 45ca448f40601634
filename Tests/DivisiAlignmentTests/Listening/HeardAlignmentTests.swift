import DivisiScore
import Testing

@testable import DivisiAlignment

/// What states keep of an alignment.
@Suite struct HeardAlignmentTests {
  private static let names = ["left", "right"]
  private static let text = """
    divisi-alignment 1 9c3f2a0b17e4d855 good 1.02 -2 0.0 93.5 0.25
    point 0.5 0.73
    point 4.0 5.25
    divisi-notes 1 pedal
    part left
    0.73 1.21 1.46 48 80
    part right

    """

  @Test func textsComeBackAsTheyWere() throws {
    let read = try HeardAlignment(parsing: Self.text, partNames: Self.names)
    #expect(read.text == Self.text)
    #expect(read.scoreKey == 0x9c3f_2a0b_17e4_d855 && read.transposition == -2)
    #expect(read.heard == 0..<93.5 && read.offsetSeconds == 0.25 && read.hasPedal)
    #expect(read.points == [.init(score: 0.5, audio: 0.73), .init(score: 4, audio: 5.25)])
    #expect(read.partsWithoutOffset[0].notes[0].onsetSeconds == 0.73 - 0.25)
    #expect(read.isSame(as: try HeardAlignment(parsing: read.text, partNames: Self.names)))
  }

  /// Where what had been aligned is now decides, not where tempo had placed what came after it.
  @Test(arguments: [
    ("point 0 0\npoint 10 10\npoint 20 20\n", false),
    ("point 0 0\npoint 10 10\npoint 16 20\n", false),
    ("point 0.05 0\npoint 10.05 10\npoint 20 20\n", false),
    ("point 0 0\npoint 9 9\npoint 10.5 10\npoint 20 20\n", false),
    ("point 0 0\npoint 7 7\npoint 11 10\npoint 20 20\n", true),
    ("point 0.5 0\npoint 10.5 10\npoint 20 20\n", true),
  ])
  func whatWasAlignedMayBeElsewhere(_ change: (points: String, isElsewhere: Bool)) throws {
    func alignment(until end: Int, _ points: String) throws -> HeardAlignment {
      try HeardAlignment(
        parsing: "divisi-alignment 1 9c3f2a0b17e4d855 good 1.02 0 0.0 \(end) 0.0\n" + points
          + "divisi-notes 1 pedal\npart left\npart right\n", partNames: Self.names)
    }
    let before = try alignment(until: 10, "point 0 0\npoint 10 10\n")
    #expect(
      try alignment(until: 20, change.points).isElsewhere(than: before) == change.isElsewhere)
  }

  @Test(arguments: [
    ("divisi-alignment 1", "divisi-alignment 2", 1), ("good", "perfect", 1), ("1.02", "nan", 1),
    ("93.5", "-93.5", 1), ("0.0 93.5", "94 93.5", 1), ("0.25", "1e300", 1), ("-2", "9999", 1),
    ("point 0.5 0.73", "point 0.5", 2), ("point 0.5", "point -1", 2), ("5.25", "0.1", 3),
    ("5.25", "inf", 3), ("point", "pint", 2),
  ])
  func damageIsNamedByLine(_ damage: (was: String, is: String, line: Int)) throws {
    #expect(Self.text.contains(damage.was))
    let text = Self.text.replacing(damage.was, with: damage.is, maxReplacements: 1)
    #expect {
      try HeardAlignment(parsing: text, partNames: Self.names)
    } throws: { error in
      let lines = "\(error)".split(separator: "\n")
      return lines.count == 1 && lines[0].contains("line \(damage.line): expected")
    }
  }

  @Test func notesAreThoseOfSavedNotes() {
    #expect {
      try HeardAlignment(
        parsing: Self.text.replacing("48 80", with: "480 80"), partNames: Self.names)
    } throws: { "\($0)".contains("expected a note") }
  }

  /// The number of a score tells apart what sounds apart, and nothing else.
  @Test func keysAreThoseOfNotes() {
    func key(_ notes: [[Note]]) -> UInt64 {
      HeardScore(
        parts: notes.enumerated().map { Part(name: "\($0)", notes: $1) }, hasPedal: false
      ).key
    }
    let note = Note(onsetSeconds: 1, releaseSeconds: 2, pitch: 60, track: 1)
    var moved = note
    moved.track = 5
    #expect(key([[note], []]) == key([[moved], []]))
    #expect(key([[note], []]) != key([[], [note]]))
    moved.onsetSeconds = 1.000001
    #expect(key([[note], []]) != key([[moved], []]))
    moved = note
    moved.pitch = 61
    #expect(key([[note], []]) != key([[moved], []]))
  }
}
