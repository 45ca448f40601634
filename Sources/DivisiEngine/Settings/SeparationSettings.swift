public import DivisiDSP

/// What a preset decides: how a recording is analysed, fitted and masked.
///
/// Lengths are given at 44.1 kHz and follow the recording's sample rate.
public struct SeparationSettings: Sendable, Equatable {
  /// The model family.
  public var model = ModelKind.nae
  /// How a model that is trained by gradients is built and trained; ``model`` says which rule.
  public var gradient = GradientSettings()
  /// β of the divergence: 2 Euclidean, 1 Kullback-Leibler, 0 Itakura-Saito; from −1 to 3.
  public var beta = 1.0
  /// STFT window in samples at 44.1 kHz.
  public var windowLength = 8192
  /// Hop in samples at 44.1 kHz; at most half the window.
  public var hopSize = 1024
  /// Iterations in all.
  public var iterations = 30
  /// How many of them, the first ones, are the autoencoder's; the rest update H freely. No meaning
  /// without an encoder.
  public var encoderIterations = 30
  /// Steps on H alone at the end.
  public var refinements = 3
  /// α of the masks.
  public var wienerExponent = 2.0
  /// How early or late, in seconds, a note may begin against the score.
  public var toleranceSeconds = 0.03
  /// How long notes sound after they are damped, in seconds, 0 to 4; 0 finds it out.
  public var releaseSeconds = 0.0
  /// How long a stroke may be felt in H, in seconds, 0.05 to 4; its template carries the sound itself.
  public var strokeSeconds = 0.5
  /// How strictly templates keep to the partials of their pitch.
  public var templateMask = TemplateMask.hard
  /// Whether structured dropout silences what the score does not let sound. Off, it may sound, and only
  /// ``GradientSettings/activity`` holds it down.
  public var hasDropout = true
  /// T of convolutive models.
  public var templateFrames = 1
  /// How pitched templates start.
  public var comb = CombShape.lobes
  /// Whether each pitch has a flat second template for the noise of its onset.
  public var hasOnsetTemplates = true
  /// Whether each pitch has another comb for its first 0.3 s.
  public var hasAttackTemplates = true
  /// Only bins below this frequency are fitted, in hertz; 0 for all.
  public var cutoffHertz = 11_000.0
  /// Whether drums are struck at times that no score gives: notes then only say which drums there are.
  public var isScoreless = false
  /// Whether a model is of one source alone, so that its layers cannot mix parts.
  public var isOfOneSource = false
  /// Whether the last part of drums is what sounds besides them, as in a song.
  public var hasRest = false
  /// Whether templates stay as they start: those of a kit, a bank or the score.
  public var isFrozen = false
  /// Whether parts of a recording of two to eight channels are told apart by where they lie, too.
  public var isSpatial = true
  /// How drum strokes start out.
  public var envelopes = EnvelopeShape.decaying
  /// Start of the templates.
  public var templates = StartValues.informed
  /// Start of the activations.
  public var activations = StartValues.informed
  /// Seed of random starts.
  public var seed: UInt64 = 0

  /// The settings of the `hands` preset.
  public init() {}

  /// Whether the pitch of each note is followed beside the model.
  public var followsPitches: Bool { comb == .tracks }

  /// T of the model that is meant.
  var frames: Int { model.isConvolutive ? templateFrames : 1 }
}
