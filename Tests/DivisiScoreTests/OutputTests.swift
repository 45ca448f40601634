import Testing

@testable import DivisiScore

/// Scores written as MIDI and as tables, and read again.
@Suite struct OutputTests {
  /// Two bars of 3/4 after an upbeat, 2 s into a recording, at a tempo that drifts.
  private static func drifting() -> Score {
    let notes = (0..<7).map { index in
      Note(
        onsetSeconds: 2 + 0.5 * Double(index) + 0.02 * Double(index * index),
        releaseSeconds: 2.2 + 0.5 * Double(index) + 0.02 * Double(index * index),
        pitch: 60 + index, velocity: 70 + index, track: 1 + index % 2)
    }
    var score = Score(notes: notes, trackNames: ["right", "left; low"], hasPedal: true)
    let beats = notes.map(\.onsetSeconds) + [6.0]
    score.bars = [
      Bar(number: 0, beats: [beats[0]], endSeconds: beats[1], beatUnit: 4),
      Bar(number: 1, beats: Array(beats[1...3]), endSeconds: beats[4], beatUnit: 4),
      Bar(number: 2, beats: Array(beats[4...6]), endSeconds: beats[7], beatUnit: 4),
    ]
    score.pedals = [PedalSpan(startSeconds: 2.1, endSeconds: 3.4, track: 1)]
    return score
  }

  private func reread(_ score: Score) throws -> Score {
    try Score.parse(bytes: score.midiFile(), name: "written.mid")
  }

  /// A mark stands over the bar that begins where it stood, and over no other.
  @Test func marksComeBack() throws {
    var score = Self.drifting()
    score.bars[1].mark = "A"
    score.bars[2].mark = "Zweites Thema, ruhig"
    let marked = try reread(score).bars.filter { !$0.mark.isEmpty }
    #expect(marked.map(\.mark) == ["A", "Zweites Thema, ruhig"])
    for (a, b) in zip(marked, score.bars.dropFirst()) {
      #expect(abs(a.beats[0] - b.beats[0]) < 0.001)
    }
  }

  @Test func notesNamesAndPedalsComeBack() throws {
    let score = Self.drifting()
    let again = try reread(score)
    #expect(again.trackNames == score.trackNames)
    #expect(again.notes.count == score.notes.count)
    for (a, b) in zip(again.notes, score.notes) {
      #expect(abs(a.onsetSeconds - b.onsetSeconds) < 0.001)
      #expect(abs(a.releaseSeconds - b.releaseSeconds) < 0.001)
      #expect((a.pitch, a.velocity, a.track) == (b.pitch, b.velocity, b.track))
    }
    #expect(again.hasPedal)
    // One pedal of a piano whose hands have channels of their own.
    #expect(again.pedals.map(\.channel) == [1, 2])
    for pedal in again.pedals {
      #expect(abs(pedal.startSeconds - 2.1) < 0.001)
      #expect(abs(pedal.endSeconds - 3.4) < 0.001)
    }
  }

  /// The grid of a sequencer falls on the beats, and bar lines on bars.
  @Test func beatsFallOnTheGrid() throws {
    let score = Self.drifting()
    let again = try reread(score)
    let whole = again.bars.suffix(3)
    for (a, b) in zip(whole, score.bars) {
      #expect(a.beats.count == b.beats.count)
      for (x, y) in zip(a.beats, b.beats) { #expect(abs(x - y) < 0.001) }
    }
    // Before the music there are beats of about its length.
    #expect(again.bars[0].beats[0] == 0)
    let lead = again.bars.dropLast(3).flatMap(\.beats)
    #expect((3...5).contains(lead.count))
  }

  @Test func whatLiesBeforeTheRecordingIsLeftOut() throws {
    let score = Self.drifting().adjusted(offsetSeconds: -2.7, rate: 1)
    let again = try reread(score)
    let beats = again.bars.flatMap(\.beats)
    for beat in score.bars.flatMap(\.beats) where beat >= 0 {
      #expect(beats.contains { abs($0 - beat) < 0.001 })
    }
  }

  /// A tempo of MIDI cannot hold a quarter note of more than 16 s.
  @Test(arguments: [4, 8, 16])
  func aLongWaitIsKept(beatUnit: Int) throws {
    var score = Self.drifting()
    score.notes = [
      Note(onsetSeconds: 1, releaseSeconds: 2, pitch: 60),
      Note(onsetSeconds: 101, releaseSeconds: 102, pitch: 62),
    ]
    score.bars = [
      Bar(number: 1, beats: [1, 101], endSeconds: 102, beatUnit: beatUnit)
    ]
    let again = try reread(score)
    #expect(abs(again.notes[1].onsetSeconds - 101) < 0.001)
    #expect(again.bars.flatMap(\.beats).contains { abs($0 - 101) < 0.001 })
  }

  @Test func tablesComeBack() throws {
    let score = Self.drifting()
    let again = try Score.parse(bytes: Array(score.csvTable().utf8), name: "written.csv")
    #expect(again.notes.map(\.label) == score.notes.map { ["right", "left  low"][$0.track - 1] })
    for (a, b) in zip(again.notes, score.notes) {
      #expect(abs(a.onsetSeconds - b.onsetSeconds) < 1e-4)
      #expect((a.pitch, a.velocity) == (b.pitch, b.velocity))
    }
  }

  @Test func barsOfMIDIFollowItsTimeSignatures() throws {
    let signatures =
      MIDIWriter.meta(0, 0x58, [3, 3, 24, 8]) + MIDIWriter.meta(960, 0x58, [4, 2, 24, 8])
    let notes = MIDIWriter.on(0, 60) + MIDIWriter.off(2880, 60) + MIDIWriter.end()
    let score = try Score.parse(
      bytes: MIDIWriter.file([signatures + MIDIWriter.end(), notes]), name: "bars.mid")
    // 3/8 twice at 480 ticks for a quarter, the second cut short by the change at tick 960.
    #expect(score.bars.map(\.beats.count) == [3, 1, 4])
    #expect(score.bars.map(\.beatUnit) == [8, 8, 4])
    #expect(score.bars[2].beats == [1, 1.5, 2, 2.5])
  }

  @Test func barsOfMusicXMLAreThoseInPrint() throws {
    let note = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>3</duration></note>"
    let document = """
      <score-partwise><part-list><score-part id="P"><part-name>x</part-name></score-part></part-list>
      <part id="P"><measure number="7"><attributes><divisions>1</divisions>
      <time><beats>3</beats><beat-type>4</beat-type></time></attributes>\(note)</measure>
      <measure number="8">\(note)<barline><repeat direction="backward"/></barline></measure>
      </part></score-partwise>
      """
    let score = try Score.parse(bytes: Array(document.utf8), name: "bars.musicxml")
    #expect(score.bars.map(\.number) == [7, 8, 7, 8])
    #expect(score.bars.map(\.beats.count) == [3, 3, 3, 3])
    #expect(score.bars[2].beats == [3, 3.5, 4])
    #expect(score.bars[2].endSeconds == 4.5)
  }

  /// Pedals of a score without channels go where the notes of their part are, however many parts share those.
  @Test func pedalsOfPartsAreKept() throws {
    var score = Score(
      notes: (1...17).map {
        Note(onsetSeconds: 0, releaseSeconds: 1, pitch: 60, track: $0, channel: $0 == 1 ? 3 : nil)
      }, trackNames: (1...17).map { "Harp \($0)" }, hasPedal: true)
    score.pedals = (1...17).map { PedalSpan(startSeconds: 0.5, endSeconds: 2, track: $0) }
    let again = try reread(score)
    #expect(again.notes.map(\.dampedSeconds).allSatisfy { abs($0 - 2) < 0.001 })
    #expect(again.pedals.count == 17)
    #expect(again.pedals.contains { $0.channel == 3 })
  }

  @Test func drumsStayDrums() throws {
    let score = Score(
      notes: [
        Note(onsetSeconds: 0, releaseSeconds: 1, pitch: 36, channel: 2, kind: .drum),
        Note(onsetSeconds: 0, releaseSeconds: 1, pitch: 38, kind: .drum),
        Note(onsetSeconds: 0, releaseSeconds: 1, pitch: 40, track: 2, channel: 1),
      ], trackNames: ["", ""], hasPedal: false)
    #expect(try reread(score).notes.map(\.kind) == [.drum, .drum, .pitched])
  }

  @Test func channelsOfOneTrackStayApartInTables() throws {
    var score = Score(
      notes: [
        Note(onsetSeconds: 0, releaseSeconds: 1, pitch: 60, channel: 1),
        Note(onsetSeconds: 1, releaseSeconds: 2, pitch: 62, channel: 2),
        Note(onsetSeconds: 2, releaseSeconds: 3, pitch: 64, channel: 2, label: "solo"),
      ], trackNames: ["Song"], hasPedal: false)
    score.channelNames = [1: "Violin", 2: "Cello; low"]
    let again = try Score.parse(bytes: Array(score.csvTable().utf8), name: "written.csv")
    #expect(again.notes.map(\.label) == ["Violin", "Cello  low", "solo"])
  }
}
