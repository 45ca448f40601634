import DivisiDSP
import Foundation

/// The additive autoencoder's loss in double precision, written down from its definition, without
/// masks' shortcuts: the reference for gradients.
struct GradientReference {
  var V: [[Double]]
  /// W[r · T + τ][k] of decoder and encoder.
  var W: [[Double]]
  var encoder: [[Double]]
  var encoderBias: [Double]
  var decoderBias: [Double]
  /// M_H: R × N, 0 where closed.
  let mask: [[Double]]
  let templateFrames: Int
  let beta: Double
  let settings: GradientSettings

  private static let floor = 1e-9

  init(_ autoencoder: GradientAutoencoder, _ problem: FactorisationProblem) {
    let model = autoencoder.decoder
    let frames = model.W.frameCount
    func columns(_ templates: borrowing Templates) -> [[Double]] {
      var result: [[Double]] = []
      for component in 0..<templates.componentCount {
        for frame in 0..<frames {
          let column = templates.frame(frame, ofComponent: component)
          result.append((0..<FactorisationProblem.binCount).map { Double(column[$0]) })
        }
      }
      return result
    }
    V = problem.V.map { $0.map(Double.init) }
    W = columns(model.W)
    encoder = columns(autoencoder.encoder)
    encoderBias = autoencoder.encoderBiases.map(Double.init)
    decoderBias = autoencoder.decoderBiases.map(Double.init)
    mask = problem.rows.map { $0.weights.map(Double.init) }
    templateFrames = frames
    beta = Double(model.divergence.beta)
    settings = autoencoder.settings
  }

  private func g(_ x: Double) -> Double {
    switch settings.nonlinearity {
    case .relu: max(x, 0)
    case .absolute: abs(x)
    case .softplus: log1p(exp(-abs(x))) + max(x, 0)
    }
  }

  var loss: Double {
    var code = mask.map { $0.map { _ in 0.0 } }
    var penalty = 0.0
    for r in mask.indices {
      for n in V.indices {
        var sum = encoderBias[r]
        for t in 0..<templateFrames where n + t < V.count {
          for k in V[n].indices { sum += encoder[r * templateFrames + t][k] * V[n + t][k] }
        }
        code[r][n] = g(sum)
        let outside = (1 - mask[r][n]) * code[r][n]
        penalty += Double(settings.activity) * outside * outside
        if mask[r][n] > 0 { penalty += Double(settings.sparsity) * code[r][n] }
      }
    }
    return penalty
      + V.indices.reduce(0.0) { total, n in
        total
          + V[n].indices.reduce(0.0) { total, k in
            var sum = decoderBias[k]
            for r in mask.indices {
              for t in 0..<templateFrames where n >= t {
                sum += W[r * templateFrames + t][k] * mask[r][n - t] * code[r][n - t]
              }
            }
            return total + divergence(V[n][k], g(sum))
          }
      }
  }

  private func divergence(_ v: Double, _ found: Double) -> Double {
    switch beta {
    case 2: return 0.5 * (v - found) * (v - found)
    case 1:
      let a = found + Self.floor
      return v > 0 ? v * log(v / a) - v + a : a
    default:
      let a = found + Self.floor
      let v = v + Self.floor
      return (pow(v, beta) + (beta - 1) * pow(a, beta) - beta * v * pow(a, beta - 1))
        / (beta * (beta - 1))
    }
  }

  /// The central difference by one parameter.
  func slope(_ path: WritableKeyPath<GradientReference, Double>, step: Double = 1e-5) -> Double {
    var other = self
    other[keyPath: path] += step
    let above = other.loss
    other[keyPath: path] -= 2 * step
    return (above - other.loss) / (2 * step)
  }
}
