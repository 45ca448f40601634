import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// What sections hand on to the next one.
struct TemplateMemoryTests {
  private static let grid = TimeGrid(sampleRate: 8000, windowLength: 512, hopSize: 128)
  private static let parts = [Part(name: "a", notes: [note(60, 0, 0.2), note(64, 0.2, 0.4)])]
  private static let settings = SeparationSettings.quick(.nmf, window: 512)
  private static let components = Factorisation.Component.all(
    parts: parts, material: .pitched, settings: settings)

  private func constraints(frameCount: Int, tuningCents: Double = 0) -> Constraints {
    PitchConstraints(parts: Self.parts, releaseSeconds: 0.1).constraints(
      comb: PitchComb(tuningCents: tuningCents, shape: .lobes), grid: Self.grid,
      frameCount: frameCount,
      binCount: Self.grid.binCount, settings: Self.settings)
  }

  private func spectrogram(frameCount: Int, appended: Int = 0) -> Spectrogram {
    let V = Matrix(rowCount: Self.grid.binCount, columnCount: frameCount + appended)
    for frame in 0..<frameCount {
      let values = noise(count: Self.grid.binCount, seed: UInt64(frame))
      for bin in values.indices { V[bin, frame] = abs(values[bin]) }
    }
    return Spectrogram(V)
  }

  private func model(_ V: Spectrogram, _ constraints: consuming Constraints) -> ConvolutiveNMF {
    let activations = constraints.activations
    let pattern = constraints.pattern
    let model = ConvolutiveNMF(
      spectrogram: V, templates: constraints.templates.copy(), pattern: pattern,
      divergence: Divergence(beta: 1))
    for entry in activations.indices { model.H[entry] = activations[entry] }
    return model
  }

  @Test func appendedFramesSayWhatWasHeard() throws {
    let (frameCount, scale) = (30, 3.0)
    let first = model(spectrogram(frameCount: frameCount), constraints(frameCount: frameCount))
    var memory = try #require(TemplateMemory(Self.settings, isOfDrums: false))
    #expect(memory.frameCount(for: Self.components) == 0)
    memory.add(first, components: Self.components, frameCount: frameCount, scale: scale)
    let count = memory.frameCount(for: Self.components)
    #expect(count == Self.components.count)

    let V = spectrogram(frameCount: frameCount, appended: count)
    let next = model(
      V,
      memory.extending(
        constraints(frameCount: frameCount), components: Self.components, V: V, scale: 2,
        parallel: sequentially))
    // The gain of all starts together is that of the real frames, and it makes the appended ones fit.
    let gain = next.leastSquaresGain()
    #expect(abs(gain / first.leastSquaresGain() - 1) < 0.01)
    for index in Self.components.indices {
      let frame = frameCount + index
      let entries = next.pattern.entries(ofComponent: index)
      #expect(Int(next.pattern.frames[entries.upperBound - 1]) == frame)
      #expect(next.pattern.entries(inFrame: frame).count == 1)
      let observed = first.pattern.entries(ofComponent: index).reduce(Float(0)) { $0 + first.H[$1] }
      let level = observed * first.W.sum(ofComponent: index) * 3 / 2
      let sum = (0..<V.binCount).reduce(Float(0)) { $0 + V.values[$1, frame] }
      #expect(abs(sum / level - 1) < 1e-3)
      #expect(abs(gain * next.H[entries.upperBound - 1] / level - 1) < 0.02)
    }
    // What is observed later adds up; the appended frames do not count again.
    var both = memory
    both.add(next, components: Self.components, frameCount: frameCount, scale: scale)
    let again = spectrogram(frameCount: frameCount, appended: count)
    _ = both.extending(
      constraints(frameCount: frameCount), components: Self.components, V: again, scale: scale,
      parallel: sequentially)
    let sums = [V, again].map { spectrogram in
      (0..<V.binCount).reduce(Float(0)) { $0 + spectrogram.values[$1, frameCount] }
    }
    #expect(abs(sums[1] / (sums[0] * 2 / 3) - 2) < 0.05)
  }

  /// The next section is found to be tuned otherwise, so other bins are open; and what is appended is
  /// not the recording's, so no loss knows of it.
  @Test func appendedFramesKeepToTheMasksAndOutOfTheLoss() throws {
    let frameCount = 30
    let first = model(spectrogram(frameCount: frameCount), constraints(frameCount: frameCount))
    var memory = try #require(TemplateMemory(Self.settings, isOfDrums: false))
    memory.add(first, components: Self.components, frameCount: frameCount, scale: 1)
    let V = spectrogram(
      frameCount: frameCount, appended: memory.frameCount(for: Self.components))
    let extended = memory.extending(
      constraints(frameCount: frameCount, tuningCents: 60), components: Self.components, V: V,
      scale: 1, parallel: sequentially)
    #expect(extended.recordedFrameCount == frameCount)
    var closedCount = 0
    for index in Self.components.indices {
      for bin in 0..<V.binCount where extended.templates.frame(0, ofComponent: index)[bin] == 0 {
        #expect(V.values[bin, frameCount + index] == 0)
        if first.W.frame(0, ofComponent: index)[bin] > 0 { closedCount += 1 }
      }
    }
    #expect(closedCount > 0)
    let next = model(V, extended)
    let alone = next.loss(ofFrames: frameCount)
    for frame in frameCount..<V.frameCount {
      for bin in 0..<V.binCount { V.values[bin, frame] += 1 }
    }
    #expect(next.loss(ofFrames: frameCount) == alone)
    #expect(next.loss() > alone)
  }

  @Test func aFitLosesNothingToAppendedFrames() throws {
    let frameCount = 30
    var memory = try #require(TemplateMemory(Self.settings, isOfDrums: false))
    memory.add(
      model(spectrogram(frameCount: frameCount), constraints(frameCount: frameCount)),
      components: Self.components, frameCount: frameCount, scale: 1)
    let V = spectrogram(
      frameCount: frameCount, appended: memory.frameCount(for: Self.components))
    var losses: [(recorded: Double, all: Double)] = []
    let fit = try Fit.run(
      memory.extending(
        constraints(frameCount: frameCount), components: Self.components, V: V, scale: 1,
        parallel: sequentially),
      to: V, settings: Self.settings, parallel: sequentially,
      observe: { losses.append(($0.loss(ofFrames: frameCount), $0.loss())) }, step: {})
    let (first, last) = (try #require(losses.first), try #require(losses.last))
    #expect(fit.lossBefore == first.recorded && first.recorded < first.all)
    #expect(fit.lossAfter == last.recorded && last.recorded < last.all)
  }

  @Test func itIsKeptOnlyWhereASumOfFramesSaysAll() {
    #expect(TemplateMemory(Self.settings, isOfDrums: true) == nil)
    for change: (inout SeparationSettings) -> Void in [
      { $0.isFrozen = true }, { $0.beta = 0 }, { $0.beta = 0.5 }, { $0.templates = .random },
      { $0.activations = .random }, { $0.model = .cae },
    ] {
      var settings = Self.settings
      change(&settings)
      #expect(TemplateMemory(settings, isOfDrums: false) == nil)
    }
  }
}
