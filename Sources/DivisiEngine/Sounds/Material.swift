/// What is to be separated, besides the score's notes.
public enum Material: Sendable {
  /// Pitched sound: templates are combs of partials.
  case pitched
  /// Drums: templates start from a kit.
  case drums(DrumKit)
}
