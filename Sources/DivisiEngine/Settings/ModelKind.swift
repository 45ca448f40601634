public import DivisiDSP

/// A model that a separation can use: how a recording is represented, by which rule that is found, and
/// what may follow.
///
///     multiplicative  sgd      adam      rmsprop
///     nmf                                              factorisation
///     nmfd                                             factorisation, convolutive
///     nae             nae-sgd  nae-adam  nae-rmsprop   autoencoder
///     cae             cae-sgd  cae-adam  cae-rmsprop   autoencoder, convolutive
///     wae                                              that, and a stage of waveforms
///
/// The raw value is the name on the command line.
public struct ModelKind: RawRepresentable, CaseIterable, Hashable, Sendable {
  /// Where activations come from.
  public enum Representation: Sendable {
    /// They are factors of their own.
    case factorisation
    /// An encoder computes them.
    case autoencoder
  }

  /// How factors, or encoder and decoder, are found.
  public enum Rule: Hashable, Sendable {
    /// By multiplicative updates, which keep them non-negative.
    case multiplicative
    /// By gradients.
    case gradient(GradientRule)
  }

  /// What refines what the masks give.
  public enum SecondStage: Sendable {
    /// The complex-valued autoencoder of repeated waveforms; of drums alone.
    case waveforms
  }

  /// Where activations come from.
  public let representation: Representation
  /// Whether templates may last longer than one frame.
  public let isConvolutive: Bool
  /// How the model is found.
  public let rule: Rule
  /// What follows it; nil for nothing.
  public let secondStage: SecondStage?

  private init(
    _ representation: Representation, isConvolutive: Bool = false, _ rule: Rule = .multiplicative,
    then secondStage: SecondStage? = nil
  ) {
    self.representation = representation
    self.isConvolutive = isConvolutive
    self.rule = rule
    self.secondStage = secondStage
  }

  /// Non-negative matrix factorisation.
  public static let nmf = ModelKind(.factorisation)
  /// Non-negative matrix factor deconvolution: templates of several frames.
  public static let nmfd = ModelKind(.factorisation, isConvolutive: true)
  /// The non-negative autoencoder with multiplicative updates.
  public static let nae = ModelKind(.autoencoder)
  /// The convolutional non-negative autoencoder with multiplicative updates.
  public static let cae = ModelKind(.autoencoder, isConvolutive: true)
  /// The non-negative autoencoder trained by plain gradient steps.
  public static let naeSGD = ModelKind(.autoencoder, .gradient(.sgd))
  /// The non-negative autoencoder trained by Adam.
  public static let naeAdam = ModelKind(.autoencoder, .gradient(.adam))
  /// The non-negative autoencoder trained by RMSprop.
  public static let naeRMSprop = ModelKind(.autoencoder, .gradient(.rmsprop))
  /// The convolutional autoencoder trained by plain gradient steps.
  public static let caeSGD = ModelKind(.autoencoder, isConvolutive: true, .gradient(.sgd))
  /// The convolutional autoencoder trained by Adam.
  public static let caeAdam = ModelKind(.autoencoder, isConvolutive: true, .gradient(.adam))
  /// The convolutional autoencoder trained by RMSprop.
  public static let caeRMSprop = ModelKind(.autoencoder, isConvolutive: true, .gradient(.rmsprop))
  /// The convolutional non-negative autoencoder, and over it the complex-valued one of repeated
  /// waveforms; of drums alone.
  public static let wae = ModelKind(.autoencoder, isConvolutive: true, then: .waveforms)

  /// All of them; the order is that of the plugin's scale points and never changes.
  public static let allCases: [ModelKind] = [
    .nmf, .nmfd, .nae, .cae, .naeSGD, .naeAdam, .naeRMSprop, .caeSGD, .caeAdam, .caeRMSprop, .wae,
  ]

  /// The model of a name; nil if there is none.
  public init?(rawValue: String) {
    guard let kind = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = kind
  }

  /// Its name.
  public var rawValue: String {
    if secondStage == .waveforms { return "wae" }
    let name =
      switch representation {
      case .factorisation: isConvolutive ? "nmfd" : "nmf"
      case .autoencoder: isConvolutive ? "cae" : "nae"
      }
    return gradientRule.map { "\(name)-\($0.rawValue)" } ?? name
  }

  /// Whether an encoder computes the activations.
  public var hasEncoder: Bool { representation == .autoencoder }

  /// How gradients become steps; nil where updates are multiplicative.
  public var gradientRule: GradientRule? {
    if case .gradient(let rule) = rule { rule } else { nil }
  }

  /// The nearest model that learns from a stream: gradients want more iterations than fit between two
  /// updates, and waveforms more strokes than have been observed.
  public var streamed: ModelKind { ModelKind(representation, isConvolutive: isConvolutive) }

  /// A warning for a stream that is asked for a model that only whole recordings can use; nil for others,
  /// and for ``wae``, which is ``cae`` and more.
  public var streamWarning: String? {
    gradientRule == nil ? nil : "model \(rawValue): a stream takes \(streamed.rawValue) instead"
  }
}
