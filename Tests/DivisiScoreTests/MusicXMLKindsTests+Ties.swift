import DivisiScore
import Testing

/// What goes from note to note: ties, chords and wavy lines.
extension MusicXMLKindsTests {
  /// A bar that its voice does not fill, and rests: the tie goes over them, unless another note comes before.
  @Test(arguments: [("", "0-2500 60 v80"), ("D", "0-500 60 v80")])
  func tiesGoOverGaps(between: String, first: String) throws {
    let tie = "<tie type=\"start\"/><voice>1</voice>"
    let plain = "<voice>1</voice>"
    let second =
      between.isEmpty ? "<forward><duration>1</duration></forward>" : note(between, 1, plain)
    let bass = "<backup><duration>2</duration></backup>" + note("F", 4, "<voice>2</voice>")
    let score = try score([note("C", 1, tie) + second + bass, note("C", 1, plain)])
    #expect(score.notes.filter { $0.pitch == 60 }.map(line).first == first)
  }

  /// A chord is as long as its first note: some programs round the others up.
  @Test func chordsDoNotLengthenBars() throws {
    let measures = [
      note("C") + note("E", 5).replacing("<note>", with: "<note><chord/>"), note("D"),
    ]
    #expect(try onsets(measures) == ["0 60", "0 64", "2000 62"])
  }

  @Test func tiesLeadToEachEnding() throws {
    let tie = "<tie type=\"start\"/><voice>1</voice>"
    func ending(_ number: Int, _ repeats: String) -> String {
      "<barline location=\"left\"><ending number=\"\(number)\" type=\"start\"/></barline>"
        + note("C", 4, "<voice>1</voice>")
        + "<barline location=\"right\"><ending number=\"\(number)\" type=\"stop\"/>\(repeats)</barline>"
    }
    let score = try score([
      note("C", 4, tie), ending(1, "<repeat direction=\"backward\"/>"), ending(2, ""),
    ])
    #expect(score.notes.map(line) == ["0-4000 60 v80", "4000-8000 60 v80"])
  }

  @Test(arguments: [(true, 64), (false, 33)])
  func wavyLinesTrill(stops: Bool, count: Int) throws {
    func wave(_ type: String, _ tie: String) -> String {
      "<tie type=\"\(tie)\"/><voice>1</voice><notations><ornaments>\(type)</ornaments></notations>"
    }
    let start = wave("<trill-mark/><wavy-line type=\"start\"/>", "start")
    let stop = wave(stops ? "<wavy-line type=\"stop\"/>" : "", "stop")
    let score = try score([
      note("C", 4, start), note("C", 4, stop), note("F", 4, "<voice>1</voice>"),
    ])
    let trill = score.notes.filter { $0.pitch != 65 }
    #expect(trill.count == count)
    #expect(trill.map(\.pitch).prefix(3) == [60, 62, 60])
    #expect(score.notes.filter { $0.pitch == 65 }.count == 1)
  }
}
