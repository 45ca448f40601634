import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiDSP

/// NMF2D, and the axis on which pitches are shifts.
struct ShiftedNMFTests {
  private static let betas: [Float] = [0.5, 1, 1.5, 2]

  private func model(
    _ problem: FactorisationProblem, beta: Float, sources: [ShiftedNMF.Source],
    parallel: @escaping Parallel = sequentially
  ) -> ShiftedNMF {
    let model = problem.makeModel(beta: beta)
    return ShiftedNMF(
      spectrogram: model.V, templates: model.W.copy(), sources: sources, pattern: model.pattern,
      activations: Array(model.H), divergence: model.divergence, parallel: parallel)
  }

  /// Two templates serve all five components.
  private static let shared: [ShiftedNMF.Source] = [(1, 0), (1, 4), (0, 3), (0, 0), (1, 40)].map {
    ShiftedNMF.Source(template: $0, shift: min($1, FactorisationProblem.binCount - 1))
  }

  @Test(arguments: betas, [1, 5])
  func withoutShiftsItIsConvolutiveNMF(beta: Float, templateFrames: Int) {
    let problem = FactorisationProblem(templateFrames: templateFrames, isSparse: true, seed: 4)
    let reference = problem.makeModel(beta: beta)
    let shifted = model(
      problem, beta: beta,
      sources: (0..<FactorisationProblem.componentCount).map { .init(template: $0, shift: 0) })
    for _ in 0..<4 {
      reference.update(templates: true, activations: false)
      reference.normalise()
      reference.update(templates: false, activations: true)
      shifted.updateTemplates()
      shifted.updateActivations()
      #expect(abs(shifted.loss() - reference.loss()) < 1e-4 * reference.loss())
    }
    let H = Array(reference.H)
    #expect(largestDifference(Array(shifted.H), H) < 1e-4 * (H.max() ?? 0))
    for component in 0..<FactorisationProblem.componentCount
    where component != FactorisationProblem.silentComponent {
      for frame in 0..<templateFrames {
        let (w, expected) = (
          shifted.W.frame(frame, ofComponent: component),
          reference.W.frame(frame, ofComponent: component)
        )
        for bin in 0..<FactorisationProblem.binCount {
          #expect(abs(w[bin] - expected[bin]) < 1e-5)
        }
      }
    }
  }

  @Test(arguments: [Float(1), 1.5, 2], [1, 5])
  func divergenceDoesNotRise(beta: Float, templateFrames: Int) {
    let problem = FactorisationProblem(templateFrames: templateFrames, isSparse: true, seed: 5)
    let model = model(problem, beta: beta, sources: Self.shared)
    let start = model.loss()
    var last = start
    for step in 0..<12 {
      if step.isMultiple(of: 2) { model.updateTemplates() } else { model.updateActivations() }
      let loss = model.loss()
      #expect(loss <= last * (1 + 1e-6))
      last = loss
    }
    #expect(last < 0.99 * start)
    #expect(model.H.allSatisfy { $0 >= 0 && $0.isFinite })
  }

  @Test func bitsDoNotDependOnThreads() {
    let problem = FactorisationProblem(templateFrames: 5, isSparse: true, seed: 6)
    let bits = [sequentially, shuffled(seed: 5), threaded].map { parallel in
      let model = model(problem, beta: 0.5, sources: Self.shared, parallel: parallel)
      for _ in 0..<3 {
        model.updateTemplates()
        model.updateActivations()
      }
      return model.H.map(\.bitPattern)
    }
    #expect(bits.allSatisfy { $0 == bits[0] })
  }

  /// One template, shifted, explains what was made of it.
  @Test func aSharedTemplateIsFound() {
    let (K, N, shifts) = (40, 24, [0, 5, 12])
    var generator = SeededGenerator(seed: 7)
    let template = (0..<K).map { $0 < 20 && $0 % 3 == 0 ? 0.1 + generator.nextUnit() : 0 }
    let V = Matrix(rowCount: K, columnCount: N)
    var rows = shifts.map { _ in ActivationPattern.Row(frameCount: N) }
    for (component, shift) in shifts.enumerated() {
      for frame in 0..<N where (frame >> component) & 1 == 0 {
        rows[component].open(frame..<frame + 1, part: 0)
        let gain = 0.2 + generator.nextUnit()
        for bin in 0..<K - shift { V[bin + shift, frame] += gain * template[bin] }
      }
    }
    let start = Templates(binCount: K, supports: [.full(binCount: K)], frameCount: 1)
    for bin in 0..<K { start.frame(0, ofComponent: 0)[bin] = 0.5 + generator.nextUnit() }
    let pattern = ActivationPattern(rows: rows, frameCount: N)
    let model = ShiftedNMF(
      spectrogram: Spectrogram(V), templates: start,
      sources: shifts.map { .init(template: 0, shift: $0) }, pattern: pattern,
      activations: pattern.weights, divergence: Divergence(beta: 1))
    let loss = model.loss()
    for _ in 0..<200 {
      model.updateTemplates()
      model.updateActivations()
    }
    #expect(model.loss() < 1e-3 * loss)
    let sum = template.reduce(0, +)
    let found = (0..<K).map { model.W.frame(0, ofComponent: 0)[$0] * sum }
    #expect(largestDifference(found, template) < 0.02)
  }

  // MARK: The axis

  private let grid = TimeGrid(sampleRate: 44_100, windowLength: 8192, hopSize: 1024)
  private var axis: LogFrequencyAxis {
    LogFrequencyAxis(grid: grid, linearBinCount: 2000, lowestHertz: 25, binsPerSemitone: 8)
  }

  /// Magnitudes with a peak whose width is a semitone.
  private func peak(atHertz hertz: Double) -> [Float] {
    (0..<axis.linearBinCount).map { bin in
      let octaves = log2(max(grid.frequency(ofBin: bin), 1) / hertz)
      return Float(exp(-0.5 * octaves * octaves * 144))
    }
  }

  private func pool(_ linear: [Float]) -> [Float] {
    var bands = [Float](repeating: 0, count: axis.binCount)
    axis.pool(linear, into: &bands)
    return bands
  }

  @Test func bandsHoldWhatBinsDo() {
    let bands = pool([Float](repeating: 1, count: axis.linearBinCount))
    let octaves = Double(axis.binCount) / 96
    let width = grid.bin(atHertz: 25) * (exp2(octaves) - 1)
    let sum = Double(bands.reduce(0, +))
    #expect(abs(sum - width) < 1e-4 * width)
    let tone = peak(atHertz: 880)
    let (pooled, whole) = (pool(tone).reduce(0, +), tone.reduce(0, +))
    #expect(abs(pooled - whole) < 1e-3 * whole)
  }

  @Test(arguments: [-12, 1, 7, 24])
  func aHigherPitchIsAShift(semitones: Int) {
    let low = pool(peak(atHertz: 880))
    let ratio = Float(exp2(Double(semitones) / 12))
    let high = pool(peak(atHertz: 880 * Double(ratio))).map { $0 / ratio }
    let shift = 8 * semitones
    let highest = low.max() ?? 0
    for bin in max(0, -shift)..<min(axis.binCount, axis.binCount - shift) {
      let difference = abs(high[bin + shift] - low[bin])
      #expect(difference < 0.01 * highest)
    }
  }

  @Test func whatWasPooledIsSpreadAgain() {
    let tone = peak(atHertz: 1000)
    var spread = [Float](repeating: 0, count: axis.linearBinCount)
    axis.spread(pool(tone), into: &spread)
    #expect(largestDifference(spread, tone) < 0.01)
  }
}
