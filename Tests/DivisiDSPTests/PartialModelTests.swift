import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiDSP

/// Tones whose partials follow their pitch.
struct PartialModelTests {
  private static let (binCount, frameCount) = (128, 24)

  /// One tone slides up; another holds, and begins later. Both have partials in common bins.
  private static let tones = [
    MovingTone(
      source: 0, part: 0, firstFrame: 0, bins: (0..<20).map { 9 + 0.05 * Float($0) }),
    MovingTone(source: 1, part: 1, firstFrame: 6, bins: (0..<18).map { _ in 13.7 }),
  ]

  private func model(
    _ V: Spectrogram, parallel: @escaping Parallel = sequentially
  ) -> PartialModel {
    PartialModel(spectrogram: V, tones: Self.tones, sourceCount: 2, parallel: parallel)
  }

  private func empty() -> Spectrogram {
    Spectrogram(Matrix(rowCount: Self.binCount, columnCount: Self.frameCount))
  }

  /// What tones of known levels and gains sound like.
  private func truth() -> (V: Spectrogram, model: PartialModel) {
    let truth = model(empty())
    var generator = SeededGenerator(seed: 5)
    for index in truth.levels.indices { truth.levels[index] = 0.1 + generator.nextUnit() }
    for index in truth.gains.indices { truth.gains[index] = 0.1 + generator.nextUnit() }
    let V = empty()
    for frame in 0..<Self.frameCount {
      truth.approximation(ofFrame: frame, into: V.values.column(frame))
    }
    return (V, truth)
  }

  @Test func lossNeverRisesAndTheTruthIsFound() {
    let (V, truth) = truth()
    let model = model(V)
    let start = model.loss()
    var last = start
    for _ in 0..<100 {
      model.iterate(weighted: false)
      let loss = model.loss()
      #expect(loss <= last + 1e-5 * start)
      last = loss
    }
    #expect(last < 1e-3 * start)
    for tone in 0..<2 {
      for (found, wanted) in zip(model.magnitudes(ofTone: tone), truth.magnitudes(ofTone: tone)) {
        #expect(abs(found / wanted - 1) < 0.1)
      }
    }
  }

  @Test func sharesAreOfWhatTheBinsHold() {
    let (V, _) = truth()
    let model = model(V)
    model.measureShares()
    // The first six frames are the first tone's alone, the last four the second's.
    #expect(model.shares(ofTone: 0, partialCount: 3)[..<6].joined().allSatisfy { $0 > 0.999 })
    #expect(model.shares(ofTone: 1, partialCount: 3)[14...].joined().allSatisfy { $0 > 0.999 })
    // 3 · 9.3 and 2 · 13.7 are one bin apart.
    #expect(model.shares(ofTone: 0, partialCount: 3)[6][2] < 0.8)
    #expect(model.shares(ofTone: 0, partialCount: 3)[6][0] > 0.999)
  }

  @Test func bitsDoNotDependOnThreads() {
    let (V, _) = truth()
    let (a, b) = (model(V), model(V, parallel: backwards))
    for iteration in 0..<4 {
      for model in [a, b] { model.iterate(weighted: iteration > 1) }
    }
    #expect(a.partialLevels == b.partialLevels)
    #expect(Array(a.gains) == Array(b.gains))
  }

  @Test func masksAddUpAndSilenceIsFinite() {
    let (V, _) = truth()
    let mask = WienerMask(partCount: 2, exponent: 2, hasResidual: false, extrapolationBins: 0..<0)
    let masks = Matrix(rowCount: Self.binCount, columnCount: 2)
    let scratch = Matrix(rowCount: Self.binCount, columnCount: 2)
    for V in [V, empty()] {
      let model = model(V)
      for _ in 0..<3 { model.iterate(weighted: true) }
      #expect(model.loss().isFinite)
      for frame in 0..<Self.frameCount {
        mask.compute(from: model, frame: frame, into: masks, scratch: scratch)
        let sums = (0..<Self.binCount).map { masks[$0, 0] + masks[$0, 1] }
        #expect(sums.allSatisfy { $0 == 0 || abs($0 - 1) < 1e-5 })
      }
    }
  }

  private let backwards: Parallel = { count, body in
    for index in (0..<count).reversed() { body(index) }
  }
}

struct PitchPathTests {
  /// The best of all paths, one by one.
  private func exhaustive(_ salience: [Float], count: Int, jumpCost: Float) -> Float {
    let frames = salience.count / count
    var best = -Float.infinity
    for code in 0..<Int(pow(Double(count), Double(frames))) {
      var (rest, last, sum) = (code, -1, Float(0))
      for frame in 0..<frames {
        let candidate = rest % count
        rest /= count
        sum += salience[frame * count + candidate]
        if last >= 0 { sum -= jumpCost * Float(abs(candidate - last)) }
        last = candidate
      }
      best = max(best, sum)
    }
    return best
  }

  @Test(arguments: [0, 0.1, 0.3, 5] as [Float]) func pathIsTheBest(jumpCost: Float) {
    let count = 4
    for seed in 0..<10 {
      let salience = noise(count: 5 * count, seed: UInt64(seed))
      let path = PitchPath.best(salience: salience, candidateCount: count, jumpCost: jumpCost)
      let sum = path.enumerated().reduce(Float(0)) { sum, place in
        let jump = place.offset > 0 ? abs(place.element - path[place.offset - 1]) : 0
        return sum + salience[place.offset * count + place.element] - jumpCost * Float(jump)
      }
      #expect(abs(sum - exhaustive(salience, count: count, jumpCost: jumpCost)) < 1e-5)
    }
  }

  @Test func oneFrameOneCandidateAndNone() {
    #expect(PitchPath.best(salience: [1, 3, 2], candidateCount: 3, jumpCost: 1) == [1])
    #expect(PitchPath.best(salience: [1, 3, 2], candidateCount: 1, jumpCost: 1) == [0, 0, 0])
    #expect(PitchPath.best(salience: [], candidateCount: 3, jumpCost: 1).isEmpty)
  }
}
