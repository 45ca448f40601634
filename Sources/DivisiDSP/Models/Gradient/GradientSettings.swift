/// How gradients become steps.
public enum GradientRule: String, CaseIterable, Sendable {
  /// The gradient itself.
  case sgd
  /// Moving means of the gradient and of its square: Kingma & Ba, "Adam: a method for stochastic
  /// optimization", ICLR 2015, algorithm 1.
  case adam
  /// The gradient over the moving root mean square: Tieleman & Hinton, lecture 6.5, 2012.
  case rmsprop
}

/// How an additive autoencoder is built and trained.
public struct GradientSettings: Sendable, Equatable {
  /// How gradients become steps.
  public var rule = GradientRule.adam
  /// L, even: L/2 layers of the encoder and as many of the decoder; 2 is the shallow autoencoder.
  public var layerCount = 2
  /// g, of every layer.
  public var nonlinearity = Nonlinearity.relu
  /// Whether code and output have biases b_E (R values) and b_D (K values); both start at zero.
  ///
  /// The hidden layers of a deep encoder have such biases, too, those of a deep decoder none: what
  /// they added would belong to no part.
  public var hasBiases = false
  /// Whether all layers of the encoder stay non-negative, which keeps components alive.
  ///
  /// Hidden layers that may inhibit components lower the loss no further, and cost 0.2 dB SDR on
  /// piano after 30 iterations of RMSprop, 0.4 of Adam and 2 after 100, by silencing components.
  public var isEncoderNonnegative = true
  /// Whether all layers of the decoder do; free ones, which cancel each other, are a yardstick of the literature.
  public var isDecoderNonnegative = true
  /// λ₁ of the penalty λ₁ ‖H‖₁ on the open entries of the code; 0 for none.
  public var sparsity: Float = 0
  /// λ₂ of the penalty λ₂ ‖(1 − M_H) ⊙ H‖² on all entries, the closed ones too; 0 for none. Closed
  /// entries are computed for it, which costs as much as if there were no mask.
  public var activity: Float = 0
  /// η; nil for what suits the rule, see ``rate``.
  public var learningRate: Float?
  /// Whether a step is relative to the largest value of its row of the encoder or of its template.
  /// Plain steps of the usual size are larger than most values, and kill components.
  public var isRelative = true

  /// Adam with relative steps.
  public init() {}

  /// The depths that make sense: beyond, layers only multiply the steps.
  public static let layerCounts = 2...8

  /// Whether depth and g go together: a softplus between layers would make one part's sound depend on
  /// another's.
  public var areValid: Bool {
    Self.layerCounts.contains(layerCount) && layerCount % 2 == 0
      && (layerCount == 2 || nonlinearity.keepsPositives)
  }

  /// η. Relative rates gave the best SDR among those tried on ten piano pieces and fourteen drum
  /// tracks; plain ones are those that libraries start with.
  public var rate: Float {
    if let learningRate { return learningRate }
    switch (rule, isRelative) {
    case (.sgd, true): return 0.3
    case (.rmsprop, true): return 0.03
    case (.adam, true): return 0.1
    case (.sgd, false): return 0.01
    case (.rmsprop, false), (.adam, false): return 0.001
    }
  }
}
