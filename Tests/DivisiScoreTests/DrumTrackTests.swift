import DivisiScore
import Testing

private typealias M = MIDIWriter

/// Which notes of a MIDI file are drums.
@Suite struct DrumTrackTests {
  private static let beat: [(UInt8, Int)] = [(36, 0), (42, 240), (38, 240), (42, 240)]

  private func drums(channel: UInt8) -> [UInt8] {
    Self.beat.flatMap { M.on($0.1, $0.0, channel: channel) + M.off(0, $0.0, channel: channel) }
  }

  private func click(channel: UInt8) -> [UInt8] {
    (0..<4).flatMap { _ in M.on(240, 37, channel: channel) + M.off(240, 37, channel: channel) }
  }

  private func parts(_ tracks: [[UInt8]]) throws -> [String] { try parts(.drums, tracks) }

  private func parts(_ selection: PartSelection, _ tracks: [[UInt8]]) throws -> [String] {
    let score = try Score.parse(bytes: M.file(tracks), name: "song.mid")
    return try selection.parts(of: score, name: "song.mid").map { "\($0.name) \($0.notes.count)" }
  }

  private let kit = ["kick 1", "snare 1", "hihat 2"]
  private let melody = M.name("Bass") + M.on(0, 36) + M.off(480, 36) + M.on(0, 42) + M.off(480, 42)

  @Test(arguments: ["Drums", "Drum Kit", "Schlagzeug", "Batería", "ドラム", "Ударные", "Percussion"])
  func aTrackOfThatNameOnAnyChannel(name: String) throws {
    #expect(try parts([melody, M.name(name) + drums(channel: 1)]) == kit)
    #expect(try parts(.split(pitch: 60), [melody, M.name(name) + drums(channel: 1)]) == ["left 2"])
  }

  @Test func aClickIsNoPart() throws {
    let tracks = [M.name("Click") + click(channel: 10), M.name("Drums") + drums(channel: 1)]
    #expect(try parts(tracks) == kit)
    #expect(try parts(.tracks, tracks) == ["Drums 4"])
    let asked = try PartSelection.parse(parts: "click=track:Click,rest=*")
    #expect(try parts(asked, tracks) == ["click 4", "rest 4"])
    let unnamed = [click(channel: 10), M.name("Drums") + drums(channel: 1)]
    #expect(try parts(unnamed) == kit)
    #expect(try parts([M.name("Metronome") + click(channel: 10)]) == ["snare 4"])
  }

  @Test func sysexAndBanksSetAKit() throws {
    let gs: [UInt8] = [0, 0xF0, 10, 0x41, 0x10, 0x42, 0x12, 0x40, 0x12, 0x15, 2, 0x17, 0xF7]
    let xg: [UInt8] = [0, 0xF0, 8, 0x43, 0x10, 0x4C, 0x08, 0x01, 0x07, 2, 0xF7]
    let gm2: [UInt8] = [0, 0xB1, 0, 120]
    let xgBank: [UInt8] = [0, 0xB1, 0, 127]
    for setup in [gs, xg, gm2, xgBank] {
      #expect(try parts([melody, setup + M.program(0, channel: 2) + drums(channel: 2)]) == kit)
    }
    let melodic: [UInt8] = [0, 0xF0, 10, 0x41, 0x10, 0x42, 0x12, 0x40, 0x10, 0x15, 0, 0x1B, 0xF7]
    #expect(
      try parts([M.name("Drums") + drums(channel: 1), melodic + drums(channel: 10)]) == kit)
  }

  @Test func channel10CountsWhereNothingElseSaysMore() throws {
    #expect(try parts([melody, drums(channel: 10)]) == kit)
    #expect(
      try parts([M.name("Violin") + drums(channel: 10), M.name("Drums") + drums(channel: 3)])
        == kit)
    #expect(
      try parts([M.name("Shaker") + drums(channel: 10), M.name("Drums") + drums(channel: 3)])
        == ["kick 2", "snare 2", "hihat 4"])
  }

  @Test func countsTheNotesOfNoPart() throws {
    let tracks = [melody, M.name("Click") + click(channel: 2), M.name("Drums") + drums(channel: 1)]
    let score = try Score.parse(bytes: M.file(tracks), name: "song.mid")
    let parts = try PartSelection.drums.parts(of: score, name: "song.mid")
    #expect(
      score.remainder(of: parts, name: "song.mid")
        == "song.mid: 6 of 10 notes are in no part: all 2 in track 1 'Bass', all 4 clicks in track 2 'Click'"
    )
    let all = try PartSelection.parse(parts: "all=*").parts(of: score, name: "song.mid")
    #expect(score.remainder(of: all, name: "song.mid") == nil)
  }

  /// Programs that give each track the next channel come by channel 10 too.
  @Test(arguments: ["Piano", "Bass", "Violin"])
  func aTrackOfThatNameHasPitchesOnChannel10(name: String) throws {
    let tracks = [M.name(name) + drums(channel: 10), M.name("Flute") + M.on(0, 60) + M.off(9, 60)]
    let score = try Score.parse(bytes: M.file(tracks), name: "song.mid")
    #expect(score.notes.allSatisfy { $0.kind == .pitched })
  }
}
