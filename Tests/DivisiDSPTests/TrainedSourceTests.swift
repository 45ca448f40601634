import DivisiDSP
import DivisiTestSupport
import Foundation
import Testing

/// Autoencoders of one source, and the inputs of their decoders in a mixture.
struct TrainedSourceTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var layers = 2
    var nonlinearity = Nonlinearity.softplus
    var beta = 1.0
    var hasBiases = false
    var sparsity: Float = 0

    var testDescription: String {
      "L \(layers), \(nonlinearity), β \(beta), biases \(hasBiases), λ \(sparsity)"
    }
    var settings: GradientSettings {
      var settings = GradientSettings()
      settings.layerCount = layers
      settings.nonlinearity = nonlinearity
      settings.hasBiases = hasBiases
      settings.sparsity = sparsity
      settings.learningRate = 0.03
      return settings
    }
  }

  static let cases: [Case] = [2, 4, 6].flatMap { layers in
    Nonlinearity.allCases.flatMap { nonlinearity in
      [1.0, 2].map {
        Case(
          layers: layers, nonlinearity: nonlinearity, beta: $0, hasBiases: layers == 4,
          sparsity: layers == 2 ? 0 : 0.1)
      }
    }
  }

  /// Neither whole vectors of bins nor whole tiles of frames, and more than one tile.
  private static let (binCount, frameCount, unitCount) = (37, 45, 5)

  private func spectrogram(seed: UInt64, bins: Range<Int> = 0..<binCount) -> Spectrogram {
    var generator = SeededGenerator(seed: seed)
    let values = Matrix(rowCount: Self.binCount, columnCount: Self.frameCount)
    for frame in 0..<Self.frameCount {
      let level = 3 * generator.nextUnit()
      for bin in bins { values[bin, frame] = 0.05 + level * generator.nextUnit() }
    }
    return Spectrogram(values)
  }

  private func autoencoder(
    _ item: Case, _ V: Spectrogram, parallel: @escaping Parallel = sequentially
  ) -> SourceAutoencoder {
    SourceAutoencoder(
      V, unitCount: Self.unitCount, beta: item.beta, settings: item.settings, seed: 3,
      parallel: parallel)
  }

  /// The loss by its definition, in double precision, a value at a time.
  private func reference(_ item: Case, _ layers: [SourceNetwork.Layer], _ V: Spectrogram) -> Double
  {
    func g(_ x: Double) -> Double {
      switch item.nonlinearity {
      case .relu: max(x, 0)
      case .absolute: abs(x)
      case .softplus: max(x, 0) + log1p(exp(-abs(x)))
      }
    }
    var loss = 0.0
    for frame in 0..<V.frameCount {
      let target = (0..<V.binCount).map { Double(V.values[$0, frame]) }
      var signal = target
      for (index, layer) in layers.enumerated() {
        signal = (0..<layer.outputCount).map { row in
          g(
            signal.indices.reduce(Double(layer.biases[row])) {
              $0 + Double(layer.weights[$1 * layer.outputCount + row]) * signal[$1]
            })
        }
        if index == layers.count / 2 - 1 { loss += Double(item.sparsity) * signal.reduce(0, +) }
      }
      for (v, a) in zip(target, signal) {
        loss +=
          item.beta == 2 ? 0.5 * (v - a) * (v - a) : v * log((v + 1e-9) / (a + 1e-9)) - v + a
      }
    }
    return loss
  }

  @Test(arguments: cases)
  func gradientsAreCentralDifferences(item: Case) {
    let V = spectrogram(seed: 11)
    let model = autoencoder(item, V)
    // Away from the identity that hidden layers start as, and from what all weights being positive makes of |x|.
    for _ in 0..<5 { model.step() }
    let expected = reference(item, model.parameters, V)
    #expect(abs(model.loss() - expected) < 1e-4 * expected)
    let found = model.gradient()
    for (index, layer) in found.enumerated() {
      let largest = layer.weights.map(abs).max() ?? 0
      for weight in stride(from: 0, to: layer.weights.count, by: layer.weights.count / 7 + 1) {
        func loss(_ difference: Float) -> Double {
          var parameters = model.parameters
          var weights = parameters[index].weights
          weights[weight] += difference
          parameters[index] = SourceNetwork.Layer(
            weights: weights, biases: parameters[index].biases)
          return reference(item, parameters, V)
        }
        let step: Float = 1e-4
        let slope = (loss(step) - loss(-step)) / Double(2 * step)
        #expect(abs(Double(layer.weights[weight]) - slope) < 5e-3 * Double(largest) + 1e-3)
      }
    }
  }

  @Test(arguments: cases)
  func stepsLowerTheLossWhateverTheThreadsAre(item: Case) {
    let V = spectrogram(seed: 12)
    let (model, other) = (autoencoder(item, V), autoencoder(item, V, parallel: shuffled(seed: 5)))
    let before = model.loss()
    for _ in 0..<60 {
      model.step()
      other.step()
    }
    #expect(model.loss() < 0.8 * before)
    #expect(model.parameters == other.parameters)
    #expect(model.network().levels.allSatisfy { $0 > 0 && $0.isFinite })
  }

  /// Two sources that share no bin are told apart, whatever their decoders are.
  @Test(arguments: Nonlinearity.allCases, [2, 4])
  func sourcesInBinsOfTheirOwnAreToldApart(nonlinearity: Nonlinearity, layers: Int) {
    let parts = [spectrogram(seed: 21, bins: 0..<16), spectrogram(seed: 22, bins: 16..<37)]
    let item = Case(layers: layers, nonlinearity: nonlinearity, hasBiases: true)
    let networks = parts.map { part in
      let model = autoencoder(item, part)
      for _ in 0..<300 { model.step() }
      return model.network()
    }
    let sum = parts[0].values.copy()
    for frame in 0..<Self.frameCount {
      for bin in 0..<Self.binCount { sum[bin, frame] += parts[1].values[bin, frame] }
    }
    let V = Spectrogram(sum)
    func run(_ parallel: @escaping Parallel) -> SourceInputs {
      let inputs = SourceInputs(networks, in: V, beta: 1, iterations: 150, parallel: parallel)
      #expect(inputs.run())
      return inputs
    }
    let inputs = run(sequentially)
    #expect(inputs.lossAfter < inputs.lossBefore)
    for (part, found) in zip(parts, inputs.approximations) {
      var (error, energy) = (0.0, 0.0)
      for frame in 0..<Self.frameCount {
        for bin in 0..<Self.binCount {
          let value = found.values[bin, frame]
          #expect(value >= 0)
          let difference = Double(value - part.values[bin, frame])
          error += difference * difference
          energy += Double(part.values[bin, frame]) * Double(part.values[bin, frame])
        }
      }
      #expect(error < 0.25 * energy)
    }
    let again = run(shuffled(seed: 9))
    #expect(again.lossAfter == inputs.lossAfter)
    #expect(
      !SourceInputs(networks, in: V, beta: 1, iterations: 1, parallel: sequentially).run { _ in
        false
      })
  }

  /// A linear decoder without negative weights is a factorisation, whose inputs multiplicative steps find too.
  @Test func gradientsFindWhatMultiplicativeStepsFind() {
    var generator = SeededGenerator(seed: 31)
    let weights = (0..<Self.binCount * Self.unitCount).map { _ in generator.nextUnit() }
    let network = SourceNetwork(
      layers: [
        .init(weights: weights, biases: [Float](repeating: 0, count: Self.binCount))
      ], nonlinearity: nil, levels: [Float](repeating: 1, count: Self.unitCount))
    #expect(network.isFactorisation)
    let V = spectrogram(seed: 32)
    let inputs = SourceInputs(
      [network], in: V, beta: 1, iterations: 600, rate: 0.03, parallel: sequentially)
    #expect(inputs.run())
    let templates = Templates(
      binCount: Self.binCount,
      supports: (0..<Self.unitCount).map { _ in .full(binCount: Self.binCount) }, frameCount: 1)
    var row = ActivationPattern.Row(frameCount: Self.frameCount)
    row.open(0..<Self.frameCount, part: 0)
    for unit in 0..<Self.unitCount {
      for bin in 0..<Self.binCount {
        templates.frame(0, ofComponent: unit)[bin] = weights[unit * Self.binCount + bin]
      }
    }
    let model = ConvolutiveNMF(
      spectrogram: V, templates: templates,
      pattern: ActivationPattern(
        rows: Array(repeating: row, count: Self.unitCount), frameCount: Self.frameCount),
      divergence: Divergence(beta: 1))
    for _ in 0..<2000 { model.update(templates: false, activations: true) }
    #expect(abs(inputs.lossAfter - model.loss()) < 1e-3 * model.loss())
  }
}
