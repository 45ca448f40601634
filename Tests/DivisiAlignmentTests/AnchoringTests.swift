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
    Anchoring([TimeMap.Point(score: 1, audio: 3.25)])
      .keep(in: &result, estimates: estimates, graces: graces)
    #expect(result.notes == [NoteTimes(onset: 2, end: 2.5), NoteTimes(onset: 3.25, end: 3.75)])
    #expect(result.graces.map(\.onset).elementsEqual([3.05, 3.15]) { abs($0 - $1) < 1e-9 })
    #expect(result.map.audioSeconds(atScore: 1) == 3.25)
  }
}
