import DivisiDSP
import Testing

/// The sparse single-precision models against the dense double-precision reference.
struct ReferenceTests {
  /// Relative to the largest value of a factor. One update sums at most 37 · 5 positive products in
  /// single precision (6e-8 each) and divides; four iterations of two updates stay within 1e-4 even
  /// if no error cancels.
  private static let tolerance = 1e-4
  private static let iterations = 4

  static let cases = ModelCase.all(betas: [0, 0.5, 1, 2])

  @Test(arguments: cases, [false, true])
  func modelFollowsTheFormulas(item: ModelCase, isSparse: Bool) {
    expectToFollow(item, templateFrames: item.family.templateFrames, isSparse: isSparse)
  }

  /// Below, at and above multiples of the four delays that are taken at once.
  @Test(arguments: [Family.NMFD, .CAE], [2, 3, 4, 8, 11])
  func templatesMayHaveAnyLength(family: Family, templateFrames: Int) {
    for beta: Float in [0.5, 1, 2] {
      for isSparse in [false, true] {
        expectToFollow(
          ModelCase(family: family, beta: beta), templateFrames: templateFrames, isSparse: isSparse)
      }
    }
  }

  private func expectToFollow(_ item: ModelCase, templateFrames: Int, isSparse: Bool) {
    let problem = FactorisationProblem(
      templateFrames: templateFrames, isSparse: isSparse, seed: 11)
    let subject = Subject(item, problem)
    var reference = DenseReference(problem, beta: Double(item.beta))
    if item.family.hasEncoder { reference.startEncoder() }
    expectEqual(subject, reference)
    for _ in 0..<Self.iterations {
      subject.iterate()
      if item.family.hasEncoder {
        reference.updateAutoencoder()
        reference.normalise()
        reference.encode()
      } else {
        reference.update(templates: true, activations: true)
        reference.normalise()
      }
      expectEqual(subject, reference)
    }
    for _ in 0..<2 {
      subject.model.update(templates: false, activations: true)
      reference.update(templates: false, activations: true)
    }
    expectEqual(subject, reference)
    let loss = subject.model.loss()
    #expect(abs(loss - reference.loss) <= Self.tolerance * reference.loss)
  }

  /// With templates of one frame, deconvolution is plain NMF: what is written for W H without any
  /// shift must agree.
  @Test(arguments: [Float(0), 1, 2])
  func oneFrameIsPlainNMF(beta: Float) {
    let problem = FactorisationProblem(templateFrames: 1, isSparse: true, seed: 12)
    let model = problem.makeModel(beta: beta)
    let gains = problem.rows.map(\.weights)
    model.update(templates: false, activations: true)
    for component in gains.indices {
      for entry in model.pattern.entries(ofComponent: component) {
        let frame = Int(model.pattern.frames[entry])
        var numerator = 0.0
        var denominator = 1e-9
        for bin in 0..<FactorisationProblem.binCount {
          let approximation = gains.indices.reduce(0.0) {
            $0 + Double(problem.W[$1][0][bin] * gains[$1][frame])
          }
          let w = Double(problem.W[component][0][bin])
          let v = Double(problem.V[frame][bin])
          switch beta {
          case 0:
            numerator += w * v / (approximation + 1e-9) / (approximation + 1e-9)
            denominator += w / (approximation + 1e-9)
          case 1:
            numerator += w * v / (approximation + 1e-9)
            denominator += w
          default:
            numerator += w * v
            denominator += w * approximation
          }
        }
        let expected = Double(gains[component][frame]) * numerator / denominator
        #expect(abs(Double(model.H[entry]) - expected) <= 1e-5 * expected)
      }
    }
  }

  private func expectEqual(_ subject: Subject, _ reference: DenseReference) {
    let pattern = subject.model.pattern
    var H = reference.H.map { $0.map { _ in Float(0) } }
    for entry in 0..<pattern.entryCount {
      H[Int(pattern.components[entry])][Int(pattern.frames[entry])] = subject.model.H[entry]
    }
    #expect(deviation(H, reference.H) <= Self.tolerance, "H")
    for frame in reference.W.indices {
      let W = values(subject.model.W, frame: frame)
      #expect(deviation(W, reference.W[frame]) <= Self.tolerance, "W at \(frame)")
      if let autoencoder = subject.autoencoder {
        let encoder = values(autoencoder.encoder, frame: frame)
        #expect(deviation(encoder, reference.encoder[frame]) <= Self.tolerance, "W_E at \(frame)")
      }
    }
  }

  /// K × R of one frame of all templates.
  private func values(_ templates: borrowing Templates, frame: Int) -> [[Float]] {
    var result: [[Float]] = []
    for bin in 0..<templates.binCount {
      var row: [Float] = []
      for component in 0..<templates.componentCount {
        row.append(templates.frame(frame, ofComponent: component)[bin])
      }
      result.append(row)
    }
    return result
  }

  private func deviation(_ found: [[Float]], _ expected: [[Double]]) -> Double {
    var largest = 0.0
    var difference = 0.0
    for (row, reference) in zip(found, expected) {
      for (a, b) in zip(row, reference) {
        largest = max(largest, abs(b))
        difference = max(difference, (Double(a) - b).magnitude)
      }
    }
    return difference / max(largest, 1e-30)
  }
}
