import DivisiDSP
import Testing

/// One way to build an additive autoencoder.
struct GradientCase: CustomTestStringConvertible {
  var beta: Float = 2
  var templateFrames = 1
  /// Whether masks close something; else all components have the same support, so that the hidden
  /// layers of a decoder mix those of one sound.
  var isSparse = true
  var settings = GradientSettings()

  var testDescription: String {
    "β = \(beta), T = \(templateFrames), L = \(settings.layerCount), \(settings.rule), \(settings.nonlinearity)"
      + (isSparse ? "" : ", open")
      + (settings.hasBiases ? ", biases" : "") + (settings.isEncoderNonnegative ? "" : ", free")
      + (settings.isDecoderNonnegative ? "" : ", free decoder")
      + (settings.sparsity > 0 ? ", L1" : "") + (settings.activity > 0 ? ", activity" : "")
      + (settings.isRelative ? "" : ", plain")
  }

  /// Two components of one sound, two of another and one of its own.
  static let sounds = [0, 1, 0, 1, 2]

  /// Every loss, activation, regulariser and length of template, shallow.
  static let all: [GradientCase] = {
    var result: [GradientCase] = []
    for templateFrames in [1, 4] {
      for beta in [Float(2), 1, 1.5] {
        for nonlinearity in Nonlinearity.allCases {
          for variant in 0..<4 {
            var item = GradientCase(beta: beta, templateFrames: templateFrames)
            item.settings.nonlinearity = nonlinearity
            item.settings.hasBiases = variant % 2 == 1
            item.settings.isEncoderNonnegative = variant < 2
            item.settings.sparsity = variant == 2 ? 0.05 : 0
            item.settings.activity = variant == 3 ? 0.2 : 0
            result.append(item)
          }
        }
      }
    }
    return result
  }()

  /// A decoder of either sign, with every loss and length of template.
  static let freeDecoders: [GradientCase] = [1, 4].flatMap { templateFrames in
    [Float(2), 1].map { beta in
      var item = GradientCase(beta: beta, templateFrames: templateFrames)
      item.settings.isDecoderNonnegative = false
      return item
    }
  }

  /// Every depth with every loss, activation that it may have and regulariser; one also with longer
  /// templates.
  static let deep: [GradientCase] = [(4, true), (4, false), (6, true), (8, false)].flatMap {
    layerCount, isSparse in
    all.filter {
      $0.settings.nonlinearity != .softplus
        && ($0.templateFrames == 1 || (layerCount == 4 && isSparse))
    }.map { item in
      var item = item
      item.isSparse = isSparse
      item.settings.layerCount = layerCount
      return item
    }
  }

  /// Every rule with every length of template, shallow.
  static let shallowRules: [GradientCase] = GradientRule.allCases.flatMap { rule in
    [1, 4].flatMap { frames in
      [Float(1), 2].flatMap { beta in
        [true, false].map { isNonnegative in
          var item = GradientCase(beta: beta, templateFrames: frames)
          item.settings.rule = rule
          item.settings.isEncoderNonnegative = isNonnegative
          return item
        }
      }
    }
  }

  /// The same with every depth.
  static let rules: [GradientCase] = [2, 4, 8].flatMap { layerCount in
    shallowRules.map { item in
      var item = item
      item.settings.layerCount = layerCount
      return item
    }
  }

  func problem(seed: UInt64 = 31) -> FactorisationProblem {
    FactorisationProblem(templateFrames: templateFrames, isSparse: isSparse, seed: seed)
  }

  func make(_ problem: FactorisationProblem, parallel: @escaping Parallel = sequentially)
    -> GradientAutoencoder
  {
    GradientAutoencoder(
      decoder: problem.makeModel(beta: beta, parallel: parallel), settings: settings,
      sounds: Self.sounds, parallel: parallel)
  }
}
