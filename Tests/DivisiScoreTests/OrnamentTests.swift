import DivisiScore
import Testing

/// How long the notes of ornaments are, and which notes of a chord have them.
@Suite struct OrnamentTests {
  /// The notes of one measure of quarter notes of 0.5 s, each as `onset pitch`, in ms.
  private func notes(_ measure: String) throws -> [String] {
    let text =
      "<score-partwise><part-list><score-part id=\"P1\"><part-name>Violin</part-name></score-part>"
      + "</part-list><part id=\"P1\"><measure><attributes><divisions>16</divisions></attributes>"
      + "\(measure)</measure></part></score-partwise>"
    return try Score.parse(bytes: Array(text.utf8), name: "song.xml").notes.map {
      "\(Int(($0.onsetSeconds * 1000).rounded())) \($0.pitch)"
    }
  }

  private func note(
    _ step: String, _ duration: Int, _ ornament: String = "", _ head: String = "",
    attributes: String = "", voice: Int = 1
  ) -> String {
    let notations =
      ornament.isEmpty ? "" : "<notations><ornaments>\(ornament)</ornaments></notations>"
    return "<note\(attributes)>\(head)<pitch><step>\(step)</step><octave>4</octave></pitch>"
      + (head.contains("grace") ? "" : "<duration>\(duration)</duration>")
      + "<voice>\(voice)</voice><type>quarter</type>\(notations)</note>"
  }

  /// The mark stands at one note only.
  @Test func aTremoloIsOfTheWholeChord() throws {
    let mark = "<tremolo type=\"single\">1</tremolo>"
    let chord = note("C", 16, mark) + note("E", 16, "", "<chord/>")
    #expect(try notes(chord) == ["0 60", "0 64", "250 60", "250 64"])
    let later = note("C", 16) + note("E", 16, mark, "<chord/>")
    #expect(try notes(later) == ["0 60", "0 64", "250 60", "250 64"])
  }

  @Test func aTremoloBetweenChordsIsOfAllTheirNotes() throws {
    let chords =
      note("C", 8, "<tremolo type=\"start\">2</tremolo>") + note("E", 8, "", "<chord/>")
      + note("D", 8, "<tremolo type=\"stop\">2</tremolo>") + note("F", 8, "", "<chord/>")
    #expect(
      try notes(chords) == [
        "0 60", "0 64", "125 62", "125 65", "250 60", "250 64", "375 62", "375 65",
      ])
  }

  /// Thirty-seconds where they fit, else half of that.
  @Test func mordentsAreAsFastAsTheirNoteAsks() throws {
    #expect(try notes(note("D", 8, "<mordent/>")) == ["0 62", "63 60", "125 62"])
    #expect(try notes(note("D", 4, "<mordent/>")) == ["0 62", "31 60", "63 62"])
  }

  /// An odd thirty-second is held.
  @Test func trillsEndWithTheUpperNote() throws {
    #expect(
      try notes(note("D", 10, "<trill-mark/>")) == ["0 62", "63 64", "125 62", "188 64"])
  }

  @Test func aGraceNoteBeginsATrill() throws {
    let trill = note("E", 0, "", "<grace/>") + note("D", 10, "<trill-mark/>")
    #expect(try notes(trill) == ["0 64", "63 62", "125 64", "188 62", "250 64"])
  }

  /// Hidden notes that say how a printed one is played are not played beside it; others are.
  @Test func hiddenNotesAreNotPlayedTwice() throws {
    let hidden = " print-object=\"no\""
    let spelling = (0..<4).map {
      note($0 % 2 == 0 ? "D" : "E", 4, attributes: hidden, voice: 2)
    }.joined()
    let back = "<backup><duration>16</duration></backup>"
    #expect(try notes(note("D", 16) + back + spelling) == ["0 62"])
    let alone = note("D", 8, attributes: hidden) + note("E", 8, attributes: hidden)
    #expect(try notes(alone) == ["0 62", "250 64"])
  }
}
