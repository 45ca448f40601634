import DivisiScore
import Testing

@Suite struct HandAssignmentTests {
  private func note(_ onset: Double, _ pitch: Int, _ seconds: Double, track: Int = 1) -> Note {
    Note(onsetSeconds: onset, releaseSeconds: onset + seconds, pitch: pitch, track: track)
  }

  /// `L` or `R` for each note, in order.
  private func hands(_ notes: [Note], names: [String] = ["Piano"]) throws -> String {
    let score = Score(notes: notes, trackNames: names, hasPedal: false)
    let parts = try PartSelection.hands.parts(of: score, name: "song.mid")
    return String(
      score.assignment(to: parts).map { $0.map { parts[$0].name == "left" ? "L" : "R" } ?? "-" })
  }

  /// A key that both hands have in print: one of two equal notes goes to each.
  @Test func equalNotesMayGoToDifferentParts() {
    let both = note(0, 60, 1)
    let score = Score(
      notes: [both, both, note(1, 62, 1)], trackNames: [], hasPedal: false)
    let parts = [
      Part(name: "left", notes: [both]), Part(name: "right", notes: [both, note(1, 62, 1)]),
    ]
    let found = score.assignment(to: parts)
    #expect(Set(found.prefix(2)) == [0, 1] && found[2] == 1)
  }

  /// Bass and chords below a melody, all of it above middle C, and then all of it below.
  @Test(arguments: [12, -19])
  func followsTheHandsWhereverTheyAre(shift: Int) throws {
    let bars = (0..<4).flatMap { bar in
      let start = Double(bar) * 2
      let left = [(0.0, 48), (0.5, 55), (0.5, 60), (1, 48), (1.5, 55), (1.5, 60)]
        .map { note(start + $0, $1 + shift, 0.45) }
      let right = [(0.0, 76), (0.75, 74), (1.0, 72), (1.5, 71)]
        .map { note(start + $0, $1 + shift, 0.4) }
      return left + right
    }
    let score = Score(notes: bars, trackNames: [], hasPedal: false)
    let expected = String(score.notes.map { $0.pitch - shift > 62 ? "R" : "L" })
    #expect(try hands(bars) == expected)
  }

  /// The right hand goes down to where the left hand was a moment before.
  @Test func aScaleStaysInItsHand() throws {
    let bass = (0..<4).map { note(Double($0) * 0.8, 36, 0.7) }
    let scale = (0..<16).map { note(Double($0) * 0.2, 79 - 2 * $0, 0.2) }
    let score = Score(notes: bass + scale, trackNames: [], hasPedal: false)
    #expect(try hands(bass + scale) == String(score.notes.map { $0.pitch == 36 ? "L" : "R" }))
  }

  /// Hands that play one key each go on to do so where they come close.
  @Test func chordsAreSharedAsBefore() throws {
    let duet = (0..<8).flatMap { i in
      let shift = [0, 2, 4, 5, 4, 2, 0, 2][i]
      return [note(Double(i) * 0.4, 48 + shift, 0.38), note(Double(i) * 0.4, 72 + shift, 0.38)]
    }
    let close = [
      note(3.2, 60, 0.38), note(3.2, 63, 0.38), note(3.6, 59, 0.38), note(3.6, 62, 0.38),
    ]
    #expect(try hands(duet + close) == String(repeating: "LR", count: 10))
  }

  /// Those who play strike the keys of a chord in any order.
  @Test func chordsNeedNotBeStruckAtOnce() throws {
    let bars = (0..<4).flatMap { bar in
      let start = Double(bar)
      return [(0.01, 43), (0.0, 55), (0.02, 67), (0.005, 71), (0.015, 76)].map {
        note(start + $0, $1, 0.9)
      }
    }
    #expect(try hands(bars) == String(repeating: "LRLRR", count: 4))
  }

  @Test(arguments: [(60, "R"), (72, "R"), (43, "L")])
  func aLineOfSingleNotesIsOfOneHand(tonic: Int, hand: String) throws {
    let tune = [0, 4, 7, 5, 4, 2, 0, 12].enumerated().map {
      note(Double($0) * 0.5, tonic + $1, 0.52)
    }
    #expect(try hands(tune) == String(repeating: hand, count: 8))
    // With a second voice there may be two hands.
    let bass = (0..<4).map { note(Double($0), 36, 1) }
    #expect(try hands(tune + bass).contains("L"))
  }

  /// No hand reaches two octaves at once.
  @Test func whatOneHandCannotReachIsForTwo() throws {
    #expect(try hands([note(0, 60, 1), note(0, 84, 1)]) == "LR")
    #expect(try hands([note(0, 24, 1), note(0, 48, 1)]) == "LR")
  }

  /// The pedal and what other instruments play do not matter.
  @Test func onlyTheKeyboardHasHands() throws {
    let flute = [note(0, 90, 1), note(1, 88, 1)]
    let piano = [note(0, 48, 1, track: 2), note(0, 76, 1, track: 2), note(1, 50, 1, track: 2)]
    #expect(try hands(flute + piano, names: ["Flute", "Piano"]) == "LR-L-")
  }

  @Test func saysThatHandsWereAssigned() throws {
    let notes = [note(0, 48, 1), note(0, 72, 1)]
    let selection = PartSelection.hands
    let score = Score(notes: notes, trackNames: ["Piano"], hasPedal: false)
    #expect(
      selection.remark(on: score, name: "song.mid")
        == "song.mid: which hand plays what is not in the score; each note was given to the hand that "
        + "is likely to play it")
    #expect(PartSelection.split(pitch: 60).remark(on: score, name: "song.mid") == nil)
    let named = Score(
      notes: [note(0, 48, 1), note(0, 72, 1, track: 2)], trackNames: ["left", "right"],
      hasPedal: false)
    #expect(selection.remark(on: named, name: "song.mid") == nil)
  }

  /// The right hand follows its voice to where the left hand was, if the score has voices.
  @Test func voicesStayTogether() throws {
    func notes(withVoices: Bool) -> [Note] {
      let upper = [72, 71, 69, 67, 60, 57, 55].enumerated().map { note(Double($0) * 0.5, $1, 0.5) }
      let lower = [48, 52, 48, 52].enumerated().map { note(Double($0) * 0.5, $1, 0.5) }
      return [(upper, 1), (lower, 2)].flatMap { notes, voice in
        notes.map { note in
          var copy = note
          copy.voice = withVoices ? voice : nil
          return copy
        }
      }
    }
    #expect(try hands(notes(withVoices: true)) == "LRLRLRLRRRR")
    #expect(try hands(notes(withVoices: false)) == "LRLRLRLRLLL")
  }

  /// As many notes as a score may have take seconds, not hours.
  @Test(.timeLimit(.minutes(2))) func longScoresAreNoBurden() throws {
    let notes = (0..<20_000).map { note(Double($0) * 0.1, 40 + $0 * 7 % 45, 0.3) }
    #expect(try hands(notes).count == notes.count)
  }

  static let sets = ["piano-hands", "acoustic/maps-disklavier"]

  /// Real scores whose hands are known, with both hands in one track.
  @Test(.enabled(if: TestFiles.exists("\(TestFiles.data)/piano-hands")), arguments: sets)
  func assignsMostNotesOfRealScores(set: String) throws {
    var (right, all) = (0, 0)
    for item in TestFiles.entries("\(TestFiles.data)/\(set)") {
      let path = "\(TestFiles.data)/\(set)/\(item)/notes.csv"
      guard TestFiles.exists(path) else { continue }
      let known = try Score.read(path: path)
      var merged = known
      for index in merged.notes.indices { merged.notes[index].label = "" }
      let parts = try PartSelection.hands.parts(of: merged, name: path)
      let found = merged.assignment(to: parts).map { $0.map { parts[$0].name } }
      right += zip(found, known.notes).filter { $0 == $1.label }.count
      all += known.notes.count
    }
    #expect(all > 1000)
    let share = Double(right) / Double(all)
    #expect(share > Self.measured[set] ?? 1, "\(right) of \(all)")
  }

  /// What is measured, less half a percent.
  private static let measured = ["piano-hands": 0.945, "acoustic/maps-disklavier": 0.947]
}
