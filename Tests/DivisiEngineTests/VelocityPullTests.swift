import DivisiDSP
import Glibc
import Testing

@testable import DivisiEngine

struct VelocityPullTests {
  private static let velocities = [30, 110, 60, 90, 45]
  private static let framesPerStroke = 4

  /// One component whose strokes own four frames each.
  private let pattern: ActivationPattern = {
    let frameCount = velocities.count * framesPerStroke
    var row = ActivationPattern.Row(frameCount: frameCount)
    row.open(0..<frameCount, part: 0)
    return ActivationPattern(rows: [row], frameCount: frameCount)
  }()

  private func pull(_ velocities: [Int]) -> VelocityPull {
    let strokes = velocities.enumerated().map {
      Stroke(firstFrame: $0 * Self.framesPerStroke, velocity: $1)
    }
    return VelocityPull(pattern: pattern, strokes: [strokes])
  }

  /// Applies a pull to strokes of given gains, and returns their gains after.
  private func apply(_ pull: VelocityPull, to gains: [Double]) -> [Double] {
    withActivations(gains) { H in
      pull.apply(to: H)
      return gains.indices.map { index in
        (0..<Self.framesPerStroke).reduce(0.0) {
          $0 + Double(H[index * Self.framesPerStroke + $1])
        }
      }
    }
  }

  private func trusted(_ pull: VelocityPull, _ gains: [Double]) -> VelocityPull {
    var result = pull
    withActivations(gains) { result.trust($0) }
    return result
  }

  private func withActivations<Result>(
    _ gains: [Double], _ body: (UnsafeMutableBufferPointer<Float>) -> Result
  ) -> Result {
    var H = gains.flatMap { gain in
      [0.5, 0.3, 0.2, 0].map { Float(gain * $0) }
    }
    return H.withUnsafeMutableBufferPointer { body($0) }
  }

  private var consistent: [Double] { Self.velocities.map { 3 * pow(Double($0) / 100, 2) } }

  @Test func equalVelocitiesDoNotPull() {
    let pull = trusted(pull([100, 100, 100, 100, 100]), consistent)
    #expect(pull.exponent == 0)
    #expect(largest(apply(pull, to: consistent), consistent) < 1e-6)
  }

  @Test func contradictedVelocitiesDoNotPull() {
    let rotated = Array(consistent[1...]) + [consistent[0]]
    #expect(trusted(pull(Self.velocities), rotated).exponent == 0)
    #expect(trusted(pull(Self.velocities), consistent.map { 1 / $0 }).exponent == 0)
  }

  @Test func consistentVelocitiesPullInFull() {
    #expect(trusted(pull(Self.velocities), consistent).exponent == 0.5)
  }

  @Test func gainsThatAgreeStay() {
    let pull = trusted(pull(Self.velocities), consistent)
    #expect(largest(apply(pull, to: consistent), consistent) < 1e-5)
  }

  /// With μ = 0.5 and a stroke four times too loud, log g closes half the way to its expectation.
  @Test func aDeviatingStrokeGoesHalfway() {
    let pull = trusted(pull(Self.velocities), consistent)
    var gains = consistent
    gains[2] *= 4
    let offset = gains.reduce(0, +) / consistent.reduce(0, +)
    let after = apply(pull, to: gains)
    for index in gains.indices {
      let expected = (gains[index] * consistent[index] * offset).squareRoot()
      #expect(abs(after[index] - expected) < 1e-5 * expected)
    }
  }

  @Test func silenceAndExtremesStayFinite() {
    let pull = trusted(pull(Self.velocities), consistent)
    #expect(apply(pull, to: [0, 0, 0, 0, 0]) == [0, 0, 0, 0, 0])
    let after = apply(pull, to: [1e-20, 1, 0, 1e6, 1])
    #expect(after.allSatisfy { $0.isFinite })
    #expect(after[2] == 0)
    #expect(after[0] <= 1e-20 * 20.001)
  }

  @Test func oneStrokeIsNothingToPull() {
    #expect(pull([90]).isEmpty)
    #expect(!pull([90, 80]).isEmpty)
    #expect(pull([90, 90]).isEmpty)
    #expect(VelocityPull(pattern: pattern, strokes: [[]]).isEmpty)
  }

  private func largest(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? 0
  }
}
