import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiEngine

struct StrokeRulesTests {
  /// Frames are 10 ms apart.
  private let grid = TimeGrid(sampleRate: 10_000, windowLength: 400, hopSize: 100)

  private func pattern(components: Int = 1, frameCount: Int = 100) -> ActivationPattern {
    let rows = (0..<components).map { part in
      var row = ActivationPattern.Row(frameCount: frameCount)
      row.open(0..<frameCount, part: part)
      return row
    }
    return ActivationPattern(rows: rows, frameCount: frameCount)
  }

  private func rules(_ strokes: [[Stroke]], templateFrames: Int = 64, tolerance: Double = 0.03)
    -> StrokeRules?
  {
    var settings = SeparationSettings.quick(.nmfd)
    settings.templateFrames = templateFrames
    settings.toleranceSeconds = tolerance
    return StrokeRules(strokes, grid: grid, settings: settings)
  }

  @Test func shortTemplatesAndNoStrokesHaveNone() {
    let strokes = [[Stroke(firstFrame: 10, velocity: 100)]]
    #expect(rules(strokes) != nil)
    #expect(rules(strokes, templateFrames: 36) == nil)
    #expect(rules([[], []]) == nil)
  }

  @Test(arguments: [(0.03, 3), (0.0, 3), (0.1, 10)])
  func activationsAreFreeAroundStrokes(tolerance: Double, reach: Int) throws {
    let strokes = [20, 26, 60].map {
      Stroke(firstFrame: $0 - reach, onsetFrame: $0, velocity: 100)
    }
    let restraints = try #require(rules([strokes], tolerance: tolerance)).restraints(of: pattern())
    let model = ConvolutiveNMF(
      spectrogram: Spectrogram(ones(4, 100)), templates: templates(4), pattern: pattern(),
      divergence: Divergence(beta: 1))
    let free = ConvolutiveNMF(
      spectrogram: Spectrogram(ones(4, 100)), templates: templates(4), pattern: pattern(),
      divergence: Divergence(beta: 1))
    model.restraints = restraints
    for subject in [model, free] { subject.update(templates: false, activations: true) }
    for frame in 0..<100 {
      let isFree = [20, 26, 60].contains { abs($0 - frame) <= reach }
      #expect(abs(model.H[frame] / free.H[frame] - (isFree ? 1 : 0.5)) < 1e-4, "\(frame)")
    }
  }

  private func ones(_ rows: Int, _ columns: Int) -> Matrix {
    let result = Matrix(rowCount: rows, columnCount: columns)
    for column in 0..<columns {
      for row in 0..<rows { result[row, column] = 1 }
    }
    return result
  }

  private func templates(_ binCount: Int) -> Templates {
    let result = Templates(
      binCount: binCount, supports: [.full(binCount: binCount)], frameCount: 1)
    for bin in 0..<binCount { result.frame(0, ofComponent: 0)[bin] = 1 }
    return result
  }

  // MARK: Levels

  /// Five strokes of one drum, 20 frames apart; another drum joins some of them.
  private func levels(with others: [Int]) -> LevelPull {
    let own = (0..<5).map { Stroke(firstFrame: 20 * $0, velocity: 100) }
    return LevelPull(
      pattern: pattern(components: 2),
      strokes: [own, others.map { Stroke(firstFrame: $0, velocity: 100) }], grid: grid)
  }

  /// Gains of the first drum's strokes after one application, from given gains.
  private func applied(_ levels: LevelPull, to gains: [Double]) -> [Double] {
    var H = [Float](repeating: 0, count: 200)
    for (index, gain) in gains.enumerated() {
      H[20 * index] = Float(0.75 * gain)
      H[20 * index + 3] = Float(0.25 * gain)
    }
    return H.withUnsafeMutableBufferPointer { H in
      levels.apply(to: H)
      return gains.indices.map { index in
        (0..<20).reduce(0.0) { $0 + Double(H[20 * index + $1]) }
      }
    }
  }

  @Test func strokesAreDrawnToThoseThatSoundAlone() {
    let gains = [1.0, 1.1, 0.9, 4, 1e-9]
    let found = applied(levels(with: [60, 81]), to: gains)
    for (before, after) in zip(gains, found) {
      let excess = min(max(log(before), -3), 3)
      #expect(abs(log(after) - log(before) + 0.1 * excess) < 1e-5)
    }
  }

  /// 100 ms after another drum, or 20 ms before one, a stroke is not alone.
  @Test(arguments: [[10, 30, 50], [2, 22, 42]]) func fewLoneStrokesSayNothing(others: [Int]) {
    let gains = [1.0, 1.1, 0.9, 4, 3]
    let found = applied(levels(with: others), to: gains)
    for (before, after) in zip(gains, found) { #expect(abs(after / before - 1) < 1e-6) }
  }
}
