import DivisiDSP
import Testing

/// The model families of ALGORITHMS.md section 1 that have multiplicative updates.
enum Family: CaseIterable {
  case NMF, NMFD, NAE, CAE

  var templateFrames: Int { self == .NMFD || self == .CAE ? 5 : 1 }
  var hasEncoder: Bool { self == .NAE || self == .CAE }
}

/// A model family with a divergence, as an argument of tests that hold for all.
struct ModelCase: CustomTestStringConvertible {
  let family: Family
  let beta: Float

  var testDescription: String { "\(family) β = \(beta)" }

  static func all(betas: [Float]) -> [ModelCase] {
    Family.allCases.flatMap { family in betas.map { ModelCase(family: family, beta: $0) } }
  }
}

/// A small random spectrogram with start values, from which models and references are made.
struct FactorisationProblem {
  var V: [[Float]]
  var W: [[[Float]]]
  var rows: [ActivationPattern.Row]
  let isSparse: Bool

  /// Neither whole vectors of bins nor whole groups of four frames.
  static let binCount = 37
  static let frameCount = 22
  static let componentCount = 5
  /// Has no entry in a sparse pattern.
  static let silentComponent = 3

  /// - Parameter isSparse: whether some bins of W and some entries of H are closed; else all are
  ///   open, with weights of 1.
  init(templateFrames: Int, isSparse: Bool, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    self.isSparse = isSparse
    V = (0..<Self.frameCount).map { _ in
      (0..<Self.binCount).map { _ in
        let value = generator.nextUnit()
        return isSparse && value < 0.1 ? 0 : value * value
      }
    }
    W = (0..<Self.componentCount).map { component in
      (0..<templateFrames).map { _ in
        (0..<Self.binCount).map { bin in
          let value = generator.nextUnit()
          return isSparse && !Self.isOpen(bin, component) ? 0 : value
        }
      }
    }
    rows = (0..<Self.componentCount).map { component in
      var row = ActivationPattern.Row(frameCount: Self.frameCount)
      for frame in 0..<Self.frameCount {
        let isOpen = generator.nextUnit() < 0.6 && component != Self.silentComponent
        let weight = 0.5 + 0.5 * generator.nextUnit()
        if !isSparse || isOpen {
          row.open(frame..<frame + 1, part: component % 2, weight: isSparse ? weight : 1)
        }
      }
      return row
    }
  }

  /// Components share some bins; two and four are combs with gaps between their blocks.
  static func isOpen(_ bin: Int, _ component: Int) -> Bool {
    switch component {
    case 0: bin < 20
    case 1: true
    case 2: bin % 16 < 5
    case 3: bin > 30
    default: bin % 16 > 9
    }
  }

  /// The model, with H at the weights of the pattern.
  func makeModel(beta: Float, parallel: @escaping Parallel = sequentially) -> ConvolutiveNMF {
    let V = Matrix(rowCount: Self.binCount, columnCount: Self.frameCount)
    for frame in 0..<Self.frameCount {
      for bin in 0..<Self.binCount { V[bin, frame] = self.V[frame][bin] }
    }
    let supports = W.map { frames in
      BinBlocks(binCount: Self.binCount) { bin in frames.contains { $0[bin] > 0 } }
    }
    let templates = Templates(binCount: Self.binCount, supports: supports, frameCount: W[0].count)
    for (component, frames) in W.enumerated() {
      for (frame, values) in frames.enumerated() {
        for bin in 0..<Self.binCount {
          templates.frame(frame, ofComponent: component)[bin] = values[bin]
        }
      }
    }
    return ConvolutiveNMF(
      spectrogram: Spectrogram(V), templates: templates,
      pattern: ActivationPattern(rows: rows, frameCount: Self.frameCount),
      divergence: Divergence(beta: beta), parallel: parallel)
  }
}

/// A model with its encoder, if its family has one.
struct Subject {
  let model: ConvolutiveNMF
  let autoencoder: NonnegativeAutoencoder?

  init(
    _ item: ModelCase, _ problem: FactorisationProblem, parallel: @escaping Parallel = sequentially
  ) {
    self.init(item, problem.makeModel(beta: item.beta, parallel: parallel), parallel: parallel)
  }

  init(
    _ item: ModelCase, _ model: ConvolutiveNMF, parallel: @escaping Parallel = sequentially
  ) {
    self.model = model
    autoencoder =
      item.family.hasEncoder ? NonnegativeAutoencoder(decoder: model, parallel: parallel) : nil
  }

  /// One iteration on all factors, normalised.
  func iterate() {
    if let autoencoder {
      autoencoder.step()
    } else {
      model.update(templates: true, activations: true)
      model.normalise()
    }
  }

  /// Every number of the model: H, W and the encoder.
  var values: [Float] {
    Array(model.H) + Self.values(of: model.W)
      + (autoencoder.map { Self.values(of: $0.encoder) } ?? [])
  }

  private static func values(of templates: borrowing Templates) -> [Float] {
    var result: [Float] = []
    for column in 0..<templates.values.columnCount {
      for bin in 0..<templates.binCount { result.append(templates.values[bin, column]) }
    }
    return result
  }
}
