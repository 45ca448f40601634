public import ArgumentParser
import DivisiDSP
public import DivisiEngine

extension ModelKind: ExpressibleByArgument {
  /// What help says of each model.
  public static var allValueDescriptions: [String: String] {
    Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.summary) })
  }

  private var summary: String {
    if secondStage != nil { return "cae with a second stage, for drums whose waveforms repeat" }
    if let gradientRule {
      return "\(isConvolutive ? "cae" : "autoencoder") trained by \(gradientRule.summary)"
    }
    return switch (representation, isConvolutive) {
    case (.factorisation, false): "matrix factorisation"
    case (.factorisation, true): "matrix factor deconvolution: templates of several frames"
    case (.autoencoder, false): "autoencoder with multiplicative updates"
    case (.autoencoder, true): "convolutional autoencoder: templates of several frames"
    }
  }
}

extension GradientRule {
  fileprivate var summary: String {
    switch self {
    case .sgd: "gradient descent"
    case .adam: "Adam"
    case .rmsprop: "RMSprop"
    }
  }
}
