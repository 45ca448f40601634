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

  /// Whether an encoder computes the activations.
  public var hasEncoder: Bool { self == .nae || self == .cae }
  /// Whether templates may last longer than one frame.
  public var isConvolutive: Bool { self == .nmfd || self == .cae }
}

/// How the partials of a pitched template start out.
public enum CombShape: String, CaseIterable, Sendable {
  /// The main lobe of the window around each partial: what a partial looks like in a spectrogram.
  case lobes
  /// The same value over a band of half a semitone either way, as in the literature.
  case bands
}

/// Where the start values of a factor come from.
public enum StartValues: String, CaseIterable, Sendable {
  /// From the score and the pitches or drums it names.
  case informed
  /// Uniform in (0, 1], seeded, and free everywhere.
  case random
}
