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
  /// Multiplicative iterations in all.
  public var iterations = 30
  /// How many of them, the first ones, are the autoencoder's; the rest update H freely. No meaning
  /// without an encoder.
  public var encoderIterations = 30
  /// Steps on H alone at the end.
  public var refinements = 3
  /// α of the masks.
  public var exponent = 2.0
  /// How early or late, in seconds, a note may begin against the score.
  public var toleranceSeconds = 0.03
  /// How long notes sound after they are damped, in seconds, 0 to 4; 0 finds it out.
  public var releaseSeconds = 0.0
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
  /// Whether templates stay as they start: those of a kit, a bank or the score.
  public var isFrozen = false
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

  /// T of the model that is meant.
  var frames: Int { model.isConvolutive ? templateFrames : 1 }
}

/// A setting that is unknown or out of its range.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The setting, by its port symbol.
  public let symbol: String
  /// What was expected and what was found.
  public let problem: String

  /// One line.
  public var description: String { "\(symbol): \(problem)" }
}

extension SeparationSettings {
  /// Settings from the port values of an LV2 preset.
  ///
  /// - Parameter ports: port symbol to value; symbols that are left out keep their default.
  public init(ports: [String: Double]) throws(SettingsError) {
    self.init()
    var overlap = Double(windowLength / hopSize)
    for (symbol, value) in ports.sorted(by: { $0.key < $1.key }) {
      switch symbol {
      case "model":
        model = ModelKind.allCases[try index(value, symbol, count: ModelKind.allCases.count)]
      case "divergence": beta = value
      case "resolution": windowLength = try integer(value, symbol, 64...65_536)
      case "overlap": overlap = Double(try integer(value, symbol, 2...32))
      case "iterations": iterations = try integer(value, symbol, 0...10_000)
      case "encoder_iterations": encoderIterations = try integer(value, symbol, 0...10_000)
      case "refinements": refinements = try integer(value, symbol, 0...1_000)
      case "wiener_exponent": exponent = value
      case "tolerance": toleranceSeconds = value / 1000
      case "template_frames": templateFrames = try integer(value, symbol, 1...64)
      case "comb":
        comb = CombShape.allCases[try index(value, symbol, count: CombShape.allCases.count)]
      case "onset_templates": hasOnsetTemplates = try index(value, symbol, count: 2) == 1
      case "attack_templates": hasAttackTemplates = try index(value, symbol, count: 2) == 1
      case "cutoff": cutoffHertz = value
      case "release": releaseSeconds = value
      default: throw SettingsError(symbol: symbol, problem: "no such setting")
      }
    }
    hopSize = Int((Double(windowLength) / overlap).rounded())
    try validate()
  }

  /// Throws where a value is out of its range.
  public func validate() throws(SettingsError) {
    func check(_ holds: Bool, _ symbol: String, _ problem: String) throws(SettingsError) {
      if !holds { throw SettingsError(symbol: symbol, problem: problem) }
    }
    try check(beta >= -1 && beta <= 3, "divergence", "expected β from -1 to 3, found \(beta)")
    try check(
      gradient.sparsity >= 0 && gradient.sparsity <= 1e6, "sparsity",
      "expected 0 to 1000000, found \(gradient.sparsity)")
    try check(
      gradient.activity >= 0 && gradient.activity <= 1e6, "activity",
      "expected 0 to 1000000, found \(gradient.activity)")
    try check(
      gradient.rate > 0 && gradient.rate <= 1e6, "learning-rate",
      "expected above 0, at most 1000000, found \(gradient.rate)")
    try check(
      GradientSettings.layerCounts.contains(gradient.layerCount) && gradient.layerCount % 2 == 0,
      "layers", "expected 2, 4, 6 or 8, found \(gradient.layerCount)")
    try check(
      gradient.areValid, "layers",
      "expected relu or abs for more than 2, as only they keep parts apart; found \(gradient.nonlinearity.rawValue)"
    )
    try check(
      gradient.layerCount == 2 || !isFrozen, "layers",
      "expected 2 for frozen templates, as a frozen decoder of any depth is one matrix; found \(gradient.layerCount)"
    )
    try check(
      (64...65_536).contains(windowLength), "window",
      "expected 64 to 65536 samples at 44.1 kHz, found \(windowLength)")
    try check(
      hopSize >= 1 && hopSize <= windowLength / 2 && windowLength / hopSize <= 64, "hop",
      "expected \(max(1, windowLength / 64)) to \(windowLength / 2) samples for a window of \(windowLength), found \(hopSize)"
    )
    try check(
      (0...10_000).contains(iterations), "iterations", "expected 0 to 10000, found \(iterations)")
    try check(
      encoderIterations >= 0, "encoder_iterations", "expected 0 or more, found \(encoderIterations)"
    )
    try check(refinements >= 0, "refinements", "expected 0 or more, found \(refinements)")
    try check(
      (1...64).contains(templateFrames), "template_frames",
      "expected 1 to 64, found \(templateFrames)")
    try check(
      exponent >= 0.01 && exponent <= 4, "alpha", "expected 0.01 to 4, found \(exponent)")
    try check(
      toleranceSeconds >= 0 && toleranceSeconds <= 1, "tolerance",
      "expected 0 to 1000 ms, found \(toleranceSeconds * 1000)")
    try check(
      releaseSeconds >= 0 && releaseSeconds <= 4, "release",
      "expected 0 to 4 seconds, found \(releaseSeconds)")
    try check(
      cutoffHertz == 0 || (1000...1_000_000).contains(cutoffHertz), "cutoff",
      "expected 0 or from 1000 Hz to 1 MHz, found \(cutoffHertz)")
  }
}

private func integer(_ value: Double, _ symbol: String, _ range: ClosedRange<Int>)
  throws(SettingsError) -> Int
{
  guard let whole = Int(exactly: value), range.contains(whole) else {
    throw SettingsError(
      symbol: symbol,
      problem:
        "expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(value)")
  }
  return whole
}

private func index(_ value: Double, _ symbol: String, count: Int) throws(SettingsError) -> Int {
  try integer(value, symbol, 0...(count - 1))
}
