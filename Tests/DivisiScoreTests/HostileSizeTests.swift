import DivisiScore
import Testing

private typealias M = MIDIWriter

/// Small scores whose cost would grow with the square of their size, or multiply: minutes and gigabytes.
@Suite(.timeLimit(.minutes(5))) struct HostileSizeTests {
  private static let note =
    "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>"

  private func musicXML(_ measures: [String]) -> [UInt8] {
    let head = "<score-partwise><part-list><score-part id=\"P\"/></part-list><part id=\"P\">"
    let body = measures.map { "<measure>\($0)</measure>" }.joined(separator: "\n")
    return Array("\(head)\n\(body)</part></score-partwise>".utf8)
  }

  /// A long bar, and a sign that stands for it again and again.
  @Test func repeatedBarsCount() {
    let sign =
      "<attributes><measure-style><measure-repeat type=\"start\"/></measure-style></attributes>"
    let long = String(repeating: Self.note, count: 10_000)
    let bars = [long, sign] + [String](repeating: "", count: 120)
    #expect(
      refusal(musicXML(bars), "song.xml")
        == "song.xml: line 101: expected at most 1000000 notes and marks, found more")
  }

  @Test func marksOfOneNoteAreManyAndItsTypeIsFar() throws {
    let ornaments = String(repeating: "<tremolo>1</tremolo>", count: 40_000)
    let others = String(repeating: "<beam/>", count: 50_000)
    let note =
      "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration>\(others)"
      + "<type>quarter</type><notations><ornaments>\(ornaments)</ornaments></notations></note>"
    let score = try Score.parse(bytes: musicXML([note]), name: "song.xml")
    #expect(score.notes.count == 2)
  }

  /// Each measure jumps to the next.
  @Test func jumpsAreAsManyAsMeasures() throws {
    let bars = (0..<40_000).map {
      "<sound segno=\"\($0)\" dalsegno=\"\($0 + 1)\"/>" + ($0 % 100 == 0 ? Self.note : "")
    }
    let score = try Score.parse(bytes: musicXML(bars), name: "song.xml")
    // The last finds no sign of that name and goes to the first, so that all is played twice.
    #expect(score.notes.count == 800)
  }

  @Test(arguments: [1, 2])
  func tracksOfOneNote(format: Int) throws {
    let track = M.on(0, 60) + M.off(1, 60)
    let file = M.file(format: format, [[UInt8]](repeating: track, count: 60_000))
    let score = try Score.parse(bytes: file, name: "song.mid")
    #expect(score.notes.count == 60_000)
  }

  @Test func controllersThatLiftNoPedal() throws {
    let count = 150_000
    let pedals = [UInt8](repeating: 0, count: count).flatMap { _ in M.pedal(0, 127) }
    let resets = [UInt8](repeating: 0, count: count).flatMap { _ in [0, 0xB1, 121, 0] as [UInt8] }
    let track = M.on(0, 60) + pedals + resets + M.off(480, 60)
    #expect(try Score.parse(bytes: M.file([track]), name: "song.mid").notes.count == 1)
  }

  /// Pedal marks that are for all tracks on their channel.
  @Test func pedalMarksCountForEachInstrument() {
    let flute = M.name("Flute") + M.on(0, 60) + M.off(480, 60)
    let pedals = [UInt8](repeating: 0, count: 50_000).flatMap { _ in M.pedal(0, 127) }
    let file = M.file([pedals] + [[UInt8]](repeating: flute, count: 21))
    #expect(
      refusal(file, "song.mid") == "song.mid: expected at most 1000000 pedal marks, found more")
  }
}
