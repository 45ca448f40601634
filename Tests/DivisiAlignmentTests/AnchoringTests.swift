import DivisiScore
import Testing

@testable import DivisiAlignment

/// Times that are known.
@Suite struct AnchoringTests {
  /// Notes at seconds 0 and 1 of the score, of which the second one has two grace notes.
  private let estimates = [0.0, 1].map {
    NoteEstimate(pitch: 60, scoreOnset: $0, scoreEnd: $0 + 0.5, estimate: $0 + 2)
  }
  private let graces = [GraceEstimate(pitch: 62, main: 1), GraceEstimate(pitch: 64, main: 1)]

  @Test func graceNotesStayWithTheirMainNote() {
    var result = Refinement.Result(
      notes: [NoteTimes(onset: 2, end: 2.5), NoteTimes(onset: 3, end: 3.5)],
      graces: [NoteTimes(onset: 2.8, end: 2.9), NoteTimes(onset: 2.9, end: 3)],
      map: TimeMap([TimeMap.Point(score: 0, audio: 2), TimeMap.Point(score: 1, audio: 3)]),
      stretches: [0, 0])
    Anchoring([Anchor(scores: [1], audio: 3.25)])
      .keep(in: &result, estimates: estimates, graces: graces)
    #expect(result.notes == [NoteTimes(onset: 2, end: 2.5), NoteTimes(onset: 3.25, end: 3.75)])
    #expect(result.graces.map(\.onset).elementsEqual([3.05, 3.15]) { abs($0 - $1) < 1e-9 })
    #expect(result.map.audioSeconds(atScore: 1) == 3.25)
  }

  /// Seconds 0 to 8 of the score, once a second, played from second 10 on, and then seconds 4 to 8 again.
  private let score = (0...8).map {
    Note(onsetSeconds: Double($0), releaseSeconds: Double($0) + 0.5, pitch: 60)
  }
  private let placed =
    (0...8).map { PlacedNote(index: $0, onset: 10 + Double($0)) }
    + (4...8).map { PlacedNote(index: $0, onset: 16 + Double($0)) }

  /// An anchor belongs to the pass that is nearest, and what lies between anchors moves by a share.
  @Test func anchorsBelongToTheNearestPass() throws {
    let moved = try Anchoring([
      Anchor(scores: [2], audio: 12.4), Anchor(scores: [6], audio: 22.8),
    ]).corrected(placed, of: score)
    let shifts = zip(moved, placed).map { $0.onset - $1.onset }
    #expect(abs(shifts[0] - 0.4) < 1e-9 && abs(shifts[2] - 0.4) < 1e-9)
    #expect(abs(shifts[9 + 2] - 0.8) < 1e-9 && abs(shifts[13] - 0.8) < 1e-9)
    #expect(abs(shifts[7] - 0.6) < 1e-9)
  }

  /// Of several places in the score, the one that is played.
  @Test func whatIsNotPlayedIsNotMeant() throws {
    let moved = try Anchoring([Anchor(scores: [-20, 5, 40], audio: 15.3)])
      .corrected(Array(placed.prefix(9)), of: score)
    #expect(zip(moved, placed).allSatisfy { abs($0.onset - $1.onset - 0.3) < 1e-9 })
  }

  @Test func anchorsThatCrossAreRefused() {
    #expect(throws: AlignmentError.self) {
      try Anchoring([Anchor(scores: [2], audio: 13), Anchor(scores: [4], audio: 12.5)])
        .corrected(Array(placed.prefix(9)), of: score)
    }
  }

  /// The map of a recording with two passes goes through an anchor in the second, and the first pass stays.
  @Test func theMapKeepsAnchorsInTheirPass() {
    let points = placed.map {
      TimeMap.Point(score: score[$0.index].onsetSeconds, audio: $0.onset)
    }
    var result = Refinement.Result(
      notes: placed.map { NoteTimes(onset: $0.onset, end: $0.onset + 0.5) }, graces: [],
      map: TimeMap(points), stretches: placed.indices.map { $0 < 9 ? 0 : 1 })
    let estimates = placed.map {
      NoteEstimate(
        pitch: 60, scoreOnset: score[$0.index].onsetSeconds,
        scoreEnd: score[$0.index].releaseSeconds, estimate: $0.onset)
    }
    Anchoring([Anchor(scores: [6], audio: 22.25)]).keep(
      in: &result, estimates: estimates, graces: [])
    #expect(result.map.audioSeconds(atScore: 6, stretch: 1) == 22.25)
    #expect(result.notes[11].onset == 22.25)
    for note in 0..<9 { #expect(result.notes[note].onset == placed[note].onset) }
    #expect(result.map.stretches[0] == TimeMap(points).stretches[0])
  }
}
