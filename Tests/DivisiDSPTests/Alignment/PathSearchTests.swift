import Testing

@testable import DivisiDSP

@Suite struct PathSearchTests {
  private static let (n, m) = (301, 267)

  /// Random levels and onsets, of which those of the recording are about those of the score, played unevenly.
  private static func features() -> (recording: PathFeatures, score: PathFeatures) {
    var state: UInt64 = 7
    func random() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24)
    }
    let bands = 11
    let levels = Matrix(rowCount: bands, columnCount: m)
    let rises = Matrix(rowCount: bands, columnCount: m)
    for frame in 0..<m {
      for band in 0..<bands {
        levels[band, frame] = random()
        rises[band, frame] = random() > 0.8 ? random() : 0
      }
    }
    let played = Matrix(rowCount: bands, columnCount: n)
    let rising = Matrix(rowCount: bands, columnCount: n)
    for frame in 0..<n {
      // Frames 100 to 139 are played twice.
      let score = frame < 140 ? frame : frame < 180 ? frame - 40 : frame - 34
      for band in 0..<bands {
        played[band, frame] = levels[band, min(score, m - 1)] + 0.6 * random()
        rising[band, frame] = rises[band, min(score, m - 1)] + 0.2 * random()
      }
    }
    return (
      PathFeatures(levels: played, rises: rising, frameRate: 10, holdSeconds: 0.1),
      PathFeatures(levels: levels, rises: rises, frameRate: 10, holdSeconds: 0.1)
    )
  }

  private static func rules(jumps: Bool, band: Bool) -> PathRules {
    var rules = PathRules(
      outsideCosts: (0..<n).map { $0 < 5 ? 0.1 : 1.2 }, mayBegin: [0, 1, 2, 3, 4],
      mayEnd: Array(m - 20..<m))
    rules.onsetWeight = 0.7
    if jumps { rules.jumps = .init(sources: [139, 200], targets: [50, 100], cost: 5) }
    if band {
      rules.band = (0..<n).map {
        let middle = $0 * m / n
        return max(0, middle - 60)..<min(m, middle + 60)
      }
    }
    return rules
  }

  /// What the path costs by the definition, per frame.
  private static func cost(
    _ path: FramePath, _ recording: PathFeatures, _ score: PathFeatures, _ rules: PathRules
  ) -> Double {
    var sum = 0.0
    for row in 0..<n where !path.recording.contains(row) { sum += Double(rules.outsideCosts[row]) }
    for (row, frame) in zip(path.recording, path.score) {
      var (product, squares) = (0.0, 0.0)
      for band in 0..<recording.directions.rowCount {
        product += Double(recording.directions[band, row]) * Double(score.directions[band, frame])
      }
      for band in 0..<recording.onsets.rowCount {
        let difference = Double(recording.onsets[band, row] - score.onsets[band, frame])
        squares += difference * difference
      }
      sum += 1 - product + Double(rules.onsetWeight) * squares.squareRoot()
    }
    for (frame, next) in zip(path.score, path.score.dropFirst()) {
      switch next - frame {
      case 0: sum += Double(rules.dwellCost)
      case 1: break
      case 2: sum += Double(rules.skipCost)
      case 3: sum += Double(rules.longSkipCost)
      default: sum += Double(rules.jumps?.cost ?? .infinity)
      }
    }
    return sum / Double(n)
  }

  /// Moves that are found again block by block make the same path as those that are kept, and it costs what it says.
  @Test(arguments: [false, true], [false, true])
  func blocksChangeNothing(jumps: Bool, band: Bool) throws {
    let (recording, score) = Self.features()
    let rules = Self.rules(jumps: jumps, band: band)
    let path = try #require(
      PathSearch.path(recording: recording, score: score, rules: rules))
    let inBlocks = try #require(
      PathSearch.path(recording: recording, score: score, rules: rules, mostMoves: 0))
    #expect(path == inBlocks)
    #expect(abs(path.meanCost - Self.cost(path, recording, score, rules)) < 1e-4)
    #expect(path.score.contains { $0 > 250 })
    #expect(
      zip(path.score, path.score.dropFirst()).contains { $1 < $0 } == jumps, "\(path.score)")
  }
}
