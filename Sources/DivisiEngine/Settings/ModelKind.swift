public import DivisiDSP

/// The model families a separation can use; the raw value is the name on the command line.
///
/// The order is that of the plugin's scale points and never changes.
public enum ModelKind: String, CaseIterable, Sendable {
  /// Non-negative matrix factorisation.
  case nmf
  /// Non-negative matrix factor deconvolution: templates of several frames.
  case nmfd
  /// The non-negative autoencoder with multiplicative updates.
  case nae
  /// The convolutional non-negative autoencoder with multiplicative updates.
  case cae
  /// The non-negative autoencoder trained by plain gradient steps.
  case naeSGD = "nae-sgd"
  /// The non-negative autoencoder trained by Adam.
  case naeAdam = "nae-adam"
  /// The non-negative autoencoder trained by RMSprop.
  case naeRMSprop = "nae-rmsprop"
  /// The convolutional autoencoder trained by plain gradient steps.
  case caeSGD = "cae-sgd"
  /// The convolutional autoencoder trained by Adam.
  case caeAdam = "cae-adam"
  /// The convolutional autoencoder trained by RMSprop.
  case caeRMSprop = "cae-rmsprop"
  /// The convolutional non-negative autoencoder, and over it the complex-valued one of repeated
  /// waveforms; of drums alone.
  case wae

  /// Whether an encoder computes the activations.
  public var hasEncoder: Bool { self != .nmf && self != .nmfd }

  /// Whether templates may last longer than one frame.
  public var isConvolutive: Bool {
    switch self {
    case .nmf, .nae, .naeSGD, .naeAdam, .naeRMSprop: false
    case .nmfd, .cae, .caeSGD, .caeAdam, .caeRMSprop, .wae: true
    }
  }

  /// How gradients become steps; nil where updates are multiplicative.
  public var gradientRule: GradientRule? {
    switch self {
    case .nmf, .nmfd, .nae, .cae, .wae: nil
    case .naeSGD, .caeSGD: .sgd
    case .naeAdam, .caeAdam: .adam
    case .naeRMSprop, .caeRMSprop: .rmsprop
    }
  }

  /// The nearest model that learns from a stream: gradients want more iterations than fit between two
  /// updates, and waveforms more strokes than have been heard.
  public var streamed: ModelKind {
    gradientRule == nil && self != .wae ? self : isConvolutive ? .cae : .nae
  }

  /// What to tell someone who has a stream use a model that only whole recordings can; nil for others,
  /// and for ``wae``, which is ``cae`` and more.
  public var streamRemark: String? {
    gradientRule == nil ? nil : "model \(rawValue): a stream takes \(streamed.rawValue) instead"
  }
}

/// How the partials of a pitched template start out.
public enum CombShape: String, CaseIterable, Sendable {
  /// The main lobe of the window around each partial: what a partial looks like in a spectrogram.
  case lobes
  /// The same value over a band of half a semitone either way, as in the literature.
  case bands
}

/// How the activations of drum strokes start out, and the mask of an autoencoder's code with them.
public enum EnvelopeShape: String, CaseIterable, Sendable {
  /// Falling from the onset, as loud as the velocity says.
  case decaying
  /// The same for as long as a stroke may be felt, as in the literature.
  case flat
}

/// Where the start values of a factor come from.
public enum StartValues: String, CaseIterable, Sendable {
  /// From the score and the pitches or drums it names.
  case informed
  /// Uniform in (0, 1], seeded, and free everywhere.
  case random
}
