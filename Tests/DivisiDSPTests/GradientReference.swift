import DivisiDSP
import Foundation

/// The additive autoencoder's loss in double precision, written down from its definition, without
/// masks' shortcuts: the reference for gradients.
struct GradientReference {
  var V: [[Double]]
  /// W[r · T + τ][k] of decoder and encoder.
  var W: [[Double]]
  var encoder: [[Double]]
  /// Hidden layers: [layer][r][s] of the encoder, [layer][s][r] of the decoder.
  var encoderLayers: [[[Double]]]
  var decoderLayers: [[[Double]]]
  var encoderLayerBiases: [[Double]]
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
    let parameters = autoencoder.parameters()
    V = problem.V.map { $0.map(Double.init) }
    W = parameters.templates.map { $0.map(Double.init) }
    encoder = parameters.encoder.map { $0.map(Double.init) }
    encoderLayers = parameters.encoderLayers.map { $0.map { $0.map(Double.init) } }
    decoderLayers = parameters.decoderLayers.map { $0.map { $0.map(Double.init) } }
    encoderLayerBiases = parameters.encoderLayerBiases.map { $0.map(Double.init) }
    encoderBias = autoencoder.encoderBiases.map(Double.init)
    decoderBias = autoencoder.decoderBiases.map(Double.init)
    mask = problem.rows.map { $0.weights.map(Double.init) }
    templateFrames = model.W.frameCount
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

  /// What each component's code is before the mask: H[r][n].
  private var code: [[Double]] {
    var code = mask.map { $0.map { _ in 0.0 } }
    for r in mask.indices {
      for n in V.indices {
        var sum = encoderBias[r]
        for t in 0..<templateFrames where n + t < V.count {
          for k in V[n].indices { sum += encoder[r * templateFrames + t][k] * V[n + t][k] }
        }
        code[r][n] = g(sum)
      }
    }
    for (layer, bias) in zip(encoderLayers, encoderLayerBiases) {
      let input = code
      for r in mask.indices {
        for n in V.indices {
          let sum = mask.indices.reduce(bias[r]) {
            $0 + (mask[$1][n] > 0 ? layer[r][$1] * input[$1][n] : 0)
          }
          code[r][n] = g(sum)
        }
      }
    }
    return code
  }

  var loss: Double {
    let code = code
    var penalty = 0.0
    var inputs = code
    for r in mask.indices {
      for n in V.indices {
        let outside = (1 - mask[r][n]) * code[r][n]
        penalty += Double(settings.activity) * outside * outside
        if mask[r][n] > 0 { penalty += Double(settings.sparsity) * code[r][n] }
        inputs[r][n] = mask[r][n] * code[r][n]
      }
    }
    for layer in decoderLayers {
      let before = inputs
      for r in mask.indices {
        for n in V.indices {
          inputs[r][n] = g(mask.indices.reduce(0) { $0 + layer[$1][r] * before[$1][n] })
        }
      }
    }
    return penalty
      + V.indices.reduce(0.0) { total, n in
        total
          + V[n].indices.reduce(0.0) { total, k in
            var sum = decoderBias[k]
            for r in mask.indices {
              for t in 0..<templateFrames where n >= t {
                sum += W[r * templateFrames + t][k] * inputs[r][n - t]
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

  /// The central difference by one parameter; of a weight of a decoder's hidden layer that is zero,
  /// where negative values have no meaning and a ReLU has its kink, the forward difference.
  func slope(_ path: WritableKeyPath<GradientReference, Double>, isWeight: Bool = false) -> Double {
    let step = 1e-5
    var other = self
    other[keyPath: path] += step
    let above = other.loss
    if isWeight && self[keyPath: path] == 0 { return (above - loss) / step }
    other[keyPath: path] -= 2 * step
    return (above - other.loss) / (2 * step)
  }
}
