import Testing

@testable import DivisiAlignment

@Suite struct TimeMapTests {
  /// Half as fast as the score, with a wait of 8 s in the middle and another tempo far from the edges.
  private static let map = TimeMap(
    (0...40).map { index in
      let score = 0.5 * Double(index)
      let faster = min(max(0, score - 9), 3)
      return TimeMap.Point(
        score: score, audio: 10 + 2 * score - faster + (score > 14 ? 8 : 0))
    })

  /// Neither what is waited for nor what is far away is the tempo at an edge.
  @Test(arguments: [(-1.0, 8.0), (21.0, 57.0)])
  func theTempoAtAnEdgeGoesOn(score: Double, audio: Double) {
    #expect(abs(Self.map.audioSeconds(atScore: score) - audio) < 1e-9)
    #expect(abs(Self.map.meanTempo - 2.25) < 1e-9)
  }

  @Test func pointsAreKept() {
    for stretch in Self.map.stretches {
      for point in stretch {
        #expect(abs(Self.map.audioSeconds(atScore: point.score) - point.audio) < 1e-9)
      }
    }
  }

  /// One moment says nothing of a tempo of its own: that of the rest holds.
  @Test func aSingleMomentHasTheMeanTempo() {
    let map = TimeMap([
      TimeMap.Point(score: 0, audio: 0), TimeMap.Point(score: 10, audio: 15),
      TimeMap.Point(score: 4, audio: 16),
    ])
    #expect(map.audioSeconds(atScore: 6, stretch: 1) == 19)
  }
}
