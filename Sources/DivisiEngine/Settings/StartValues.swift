/// How the partials of a pitched template start out.
public enum CombShape: String, CaseIterable, Sendable {
  /// The main lobe of the window around each partial: what a partial looks like in a spectrogram.
  case lobes
  /// The same value over a band of half a semitone either way, as in the literature.
  case bands
  /// Narrow partials of five templates from 40 cents below the pitch to 40 above: tones that players bend.
  case shifts
  /// The same, and beside them tones that follow the pitch of each note; in streams, which cannot follow what they have not
  /// heard yet, there are none.
  case tracks

  /// How its templates start.
  var ofTemplates: CombShape { self == .tracks ? .shifts : self }
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
