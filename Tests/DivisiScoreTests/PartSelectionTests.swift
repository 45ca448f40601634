import DivisiScore
import Testing

@Suite struct PartSelectionTests {
  private func note(
    _ pitch: Int, track: Int = 1, channel: Int? = nil, staff: Int? = nil, label: String = ""
  ) -> Note {
    Note(
      onsetSeconds: 0, releaseSeconds: 1, pitch: pitch, track: track, channel: channel,
      staff: staff, label: label)
  }

  /// The parts as `name: pitches`, or the error.
  private func parts(
    _ selection: PartSelection, _ notes: [Note], names: [String] = []
  ) -> [String] {
    let score = Score(notes: notes, trackNames: names, hasPedal: false)
    do throws(ScoreError) {
      return try selection.parts(of: score, name: "song").map { part in
        "\(part.name): \(part.notes.map { String($0.pitch) }.joined(separator: " "))"
      }
    } catch {
      return [error.description]
    }
  }

  private let hands = ["left: 48", "right: 72"]

  @Test(arguments: [
    ("right", "left"), ("Piano RH", "Piano LH"), ("r.h.", "l.h."), ("R", "L"),
    ("rechte Hand", "linke Hand"), ("main droite", "main gauche"), ("Upper", "Lower"),
    ("treble clef", "bass clef"), ("mano destra", "mano sinistra"), ("Right Hand", "Piano"),
    ("Piano", "left"),
  ])
  func findsHandsByTrackName(right: String, left: String) {
    let notes = [note(48, track: 1), note(72, track: 2)]
    #expect(parts(.hands, notes, names: [left, right]) == hands)
    #expect(parts(.hands, notes, names: [right, left]) == ["left: 72", "right: 48"])
  }

  @Test func leavesOutTracksThatAreNoHand() {
    let notes = [note(48, track: 1), note(72, track: 2), note(80, track: 3)]
    #expect(parts(.hands, notes, names: ["left", "right", "Flute"]) == hands)
    #expect(parts(.hands, [notes[0]], names: ["left", "right"]) == ["left: 48"])
  }

  @Test func findsHandsByLabelStaffTrackAndChannel() {
    #expect(parts(.hands, [note(48, label: "L"), note(72, label: "R")]) == hands)
    #expect(
      parts(.hands, [note(72, staff: 1), note(40, staff: 1), note(48, staff: 2)])
        == ["left: 48", "right: 40 72"])
    #expect(
      parts(.hands, [note(72, staff: 1), note(48, staff: 2), note(90, track: 2, staff: 1)]) == hands
    )
    #expect(parts(.hands, [note(48, track: 1), note(72, track: 3)]) == hands)
    #expect(parts(.hands, [note(48, channel: 1), note(72, channel: 2)]) == hands)
    #expect(
      parts(.hands, [note(48, channel: 1), note(72, channel: 2), note(36, channel: 10)]) == hands)
  }

  @Test func saysWhatToDoIfThereAreNoHands() {
    let notes = [note(48, track: 1), note(72, track: 2), note(60, track: 3)]
    #expect(
      parts(.hands, notes, names: ["Viola", "Flute", "Horn"]) == [
        "song: expected two hands (by track name, label, staff, track or channel), found tracks 1 "
          + "'Viola', 2 'Flute', 3 'Horn'; say which is which with --split C4 or --parts"
      ])
  }

  @Test func findsDrums() {
    let kit = [36, 38, 42, 45, 49, 56].map { note($0, channel: 10) }
    #expect(
      parts(.drums, kit + [note(60, channel: 1)]) == [
        "kick: 36", "snare: 38", "hihat: 42", "toms: 45", "cymbals: 49", "percussion: 56",
      ])
    #expect(parts(.drums, [note(36), note(38)]) == ["kick: 36", "snare: 38"])
    #expect(
      parts(.drums, [note(1, label: "HH"), note(2, label: "sd")]) == ["snare: 2", "hihat: 1"])
  }

  @Test func namesOnePartPerTrackOrLabel() {
    let notes = [note(60, track: 1), note(62, track: 2), note(64, track: 3), note(65, track: 4)]
    #expect(
      parts(.tracks, notes, names: ["Violin", "violin", "a/b", ""])
        == ["Violin: 60", "violin 2: 62", "a_b: 64", "track 4: 65"])
    #expect(
      parts(.tracks, notes, names: ["residual", "..", "../x", " \n"])
        == ["residual 2: 60", "track 2: 62", "_x: 64", "track 4: 65"])
    #expect(
      parts(.tracks, [note(60, label: "sax"), note(61)]) == ["unlabelled: 61", "sax: 60"])
  }

  @Test func refusesHundredsOfTracks() {
    let notes = (1...101).map { note(60, track: $0) }
    #expect(
      parts(.tracks, notes) == ["song: expected at most 100 tracks with notes, found 101"])
  }

  @Test(arguments: [("C4", 60), ("60", 60), ("c#4", 61), ("Bb-1", 10), ("G9", 127), ("E♭3", 51)])
  func splitsAtAPitch(text: String, pitch: Int) throws {
    #expect(try PartSelection.parse(split: text) == .split(pitch: pitch))
  }

  @Test func splitsBelowAndFrom() {
    let notes = [note(59), note(60), note(36, channel: 10)]
    #expect(parts(.split(pitch: 60), notes) == ["left: 59", "right: 60"])
    #expect(parts(.split(pitch: 0), notes) == ["right: 59 60"])
    #expect(
      parts(.split(pitch: 60), [notes[2]])
        == ["song: expected notes for at least one part, found none"])
  }

  @Test(arguments: ["H4", "128", "-1", "C", "C10", "C4+50", ""])
  func refusesOtherSplits(text: String) {
    #expect(throws: PartSelectionError.self) { try PartSelection.parse(split: text) }
  }

  @Test(arguments: [
    ("left=track:2,right=track:1", ["left: 62", "right: 36 60"]),
    ("melody=pitch:62-84,rest=*", ["melody: 62", "rest: 36 60"]),
    ("rest=*,melody=pitch:D4-C6", ["rest: 36 60", "melody: 62"]),
    ("a=pitch:60,b=track:1", ["a: 60", "b: 36"]),
    ("a=track:two", ["a: 62"]),
    ("a = track:\"one, 1\" & channel:1", ["a: 60"]),
    ("a=drum:kick+label:X", ["a: 36 62"]),
    ("a=track:1&channel:1+staff:2&voice:3", ["a: 60 62"]),
    ("für Elise=drum:Kick,x=*", ["für Elise: 36", "x: 60 62"]),
    ("a=pitch:C-1-C3", ["a: 36"]),
  ])
  func takesNotesByRule(text: String, expected: [String]) throws {
    var third = note(62, track: 2, staff: 2, label: "x")
    third.voice = 3
    let notes = [note(36, channel: 10), note(60, channel: 1), third]
    let selection = try PartSelection.parse(parts: text)
    #expect(parts(selection, notes, names: ["one, 1", "two"]) == expected)
  }

  @Test func saysWhatTheScoreHasIfNothingMatches() throws {
    let selection = try PartSelection.parse(parts: "x=track:7")
    let notes = [note(60, track: 1, channel: 1), note(62, track: 2, label: "a")]
    #expect(
      parts(selection, notes, names: ["right", "left"]) == [
        "song: part 'x': no notes match track:7; the score has tracks 1 'right', 2 'left'; "
          + "channels 1; labels 'a'"
      ])
  }

  @Test(arguments: [
    ("", "expected a part such as left=track:2, found ''"),
    ("left", "expected a part such as left=track:2, found 'left'"),
    (
      "left=trk:2",
      "expected a selector such as track:2, channel:1, staff:1, voice:1, label:X, pitch:C4-C6, "
        + "drum:kick or *, found 'trk:2'"
    ),
    (
      "a=channel:x",
      "expected a selector such as track:2, channel:1, staff:1, voice:1, label:X, pitch:C4-C6, "
        + "drum:kick or *, found 'channel:x'"
    ),
    (
      "a=drum:gong",
      "expected a drum: one of kick, snare, hihat, toms, cymbals, percussion, found 'gong'"
    ),
    ("a=*,A=track:1", "expected each part once, found 'A' again (join selectors with +)"),
    ("a=*,b=*", "expected one part at most with *, found more"),
  ])
  func refusesOtherRules(text: String, problem: String) {
    #expect(throws: PartSelectionError.self) { try PartSelection.parse(parts: text) }
    do throws(PartSelectionError) {
      _ = try PartSelection.parse(parts: text)
    } catch {
      #expect(error.description == problem)
    }
  }

  @Test(arguments: ["a", "left hand", "Bass-2_x.y", "für", "左手", "é1"])
  func acceptsPartNames(name: String) { #expect(PartName.isValid(name)) }

  @Test(arguments: [
    "", ".", "..", ".x", "a/b", "a\\b", "a:b", " a", "a ", "residual", "Residual", "a\n", "a\0",
    String(repeating: "a", count: 101),
  ])
  func refusesUnsafePartNames(name: String) { #expect(!PartName.isValid(name)) }

  @Test func mapsTheGeneralMIDIKit() {
    let groups = Dictionary(grouping: 35...81, by: DrumMap.group(of:))
    #expect(groups["kick"] == [35, 36])
    #expect(groups["snare"] == [37, 38, 40])
    #expect(groups["hihat"] == [42, 44, 46])
    #expect(groups["toms"] == [41, 43, 45, 47, 48, 50])
    #expect(groups["cymbals"] == [49, 51, 52, 53, 55, 57, 59])
    #expect(Set(groups.keys) == Set(DrumMap.groups))
  }

  /// A bass, and the basses of a choir, are no hands of the piano beside them.
  @Test(arguments: [["Bass"], ["Soprano", "Bass"]])
  func otherPlayersAreNoHands(names: [String]) {
    let others = names.indices.map { note(50 + $0, track: $0 + 1, staff: 1) }
    let track = names.count + 1
    let piano = [note(72, track: track, staff: 1), note(48, track: track, staff: 2)]
    #expect(parts(.hands, others + piano, names: names + ["Piano"]) == hands)
  }

  /// A staff of its own above the piano's, for the right hand.
  @Test func aThirdStaffMayBeAHands() {
    let notes = [
      note(80, track: 1, staff: 1), note(72, track: 2, staff: 1), note(48, track: 2, staff: 2),
    ]
    #expect(parts(.hands, notes, names: ["Right Hand", "Piano"]) == ["left: 48", "right: 72 80"])
  }
}
