public import ArgumentParser
public import DivisiEngine

extension ModelKind: ExpressibleByArgument {
  /// What help says of each model.
  public static var allValueDescriptions: [String: String] {
    Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.summary) })
  }

  private var summary: String {
    switch self {
    case .nmf: "matrix factorisation"
    case .nmfd: "matrix factor deconvolution: templates of several frames"
    case .nae: "autoencoder with multiplicative updates"
    case .cae: "the same with templates of several frames"
    case .naeSGD: "autoencoder trained by gradient descent"
    case .naeAdam: "autoencoder trained by Adam"
    case .naeRMSprop: "autoencoder trained by RMSprop"
    case .caeSGD: "cae trained by gradient descent"
    case .caeAdam: "cae trained by Adam"
    case .caeRMSprop: "cae trained by RMSprop"
    case .wae: "cae, then the waveforms of drums that repeat"
    }
  }
}
