public import ArgumentParser
public import DivisiEngine
import FoundationEssentials

extension StartValues: ExpressibleByArgument {}

/// The options that override a preset.
struct Overrides: ParsableArguments {
  @Option(help: ArgumentHelp("The model.", valueName: "model"))
  var model: ModelKind?

  @Option(parsing: .unconditional, help: ArgumentHelp("Multiplicative iterations.", valueName: "n"))
  var iterations: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What is minimised: eu, kl, is, or a beta from -1 to 3.", valueName: "name"))
  var divergence: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Exponent of the masks: 1 soft, 2 Wiener.", valueName: "exponent"))
  var alpha: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("STFT window at 44.1 kHz; it follows the sample rate.", valueName: "samples")
  )
  var window: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("STFT hop at 44.1 kHz; it follows the sample rate.", valueName: "samples"))
  var hop: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How early or late notes may begin against the score.", valueName: "ms"))
  var tolerance: Double?

  @Option(help: "How templates start: informed by the score, or random.")
  var templates: StartValues?

  @Option(
    help: "How activations start: informed by the score, or random, which ignores its times.")
  var activations: StartValues?

  @Flag(
    help:
      "Leave the templates as they start, those of the kit, bank or score; only activations are learnt."
  )
  var frozen = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Frames of one template, 1 to 64, for models that are convolutive.", valueName: "n"))
  var templateFrames: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many iterations, the first ones, are an autoencoder's; the others update activations freely.",
      valueName: "n"))
  var encoderIterations: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Seed of random starts.", valueName: "n"))
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads; the samples do not depend on it. (default: one per core)", valueName: "n"))
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --stream: how far the model looks ahead, 0 (live) to 4.", valueName: "seconds"))
  var lookahead: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --stream: how much of the past the model learns from, 4 to 30.", valueName: "seconds"))
  var history: Double?

  /// How many threads to use.
  var threadCount: Int { threads ?? coreCount() }

  /// An option that was given and means nothing to a stream.
  var unknownToStreams: String? {
    if divergence != nil { return "--divergence" }
    if templates != nil { return "--templates" }
    if activations != nil { return "--activations" }
    return seed == nil ? nil : "--seed"
  }

  func validate() throws {
    guard (1...mostThreads).contains(threadCount) else {
      throw ValidationError("--threads: expected 1 to \(mostThreads), found \(threadCount)")
    }
    _ = try beta()
  }

  /// A preset's settings, changed; wrong usage where the result is out of range.
  func applied(to preset: StreamSettings) throws -> StreamSettings {
    var settings = preset
    do {
      try apply(to: &settings.separation)
      if frozen { settings.adapts = false }
      if let lookahead { settings.lookaheadSeconds = lookahead }
      if let history { settings.historySeconds = history }
      try settings.validate()
    } catch {
      throw ValidationError("--\(error)".replacing("_", with: "-"))
    }
    return settings
  }

  private func apply(to settings: inout SeparationSettings) throws(SettingsError) {
    let hasShare = (1..<max(settings.iterations, 1)).contains(settings.encoderIterations)
    if let model { settings.model = model }
    if let iterations { settings.iterations = iterations }
    // Presets whose iterations are all the encoder's, or that mean a model without one, say nothing
    // of another share.
    if !hasShare { settings.encoderIterations = settings.iterations }
    if let encoderIterations { settings.encoderIterations = encoderIterations }
    if let templateFrames { settings.templateFrames = templateFrames }
    if frozen { settings.isFrozen = true }
    if let beta = try? beta() { settings.beta = beta }
    if let alpha { settings.exponent = alpha }
    if let window {
      let overlap = Double(settings.windowLength) / Double(settings.hopSize)
      settings.windowLength = window
      settings.hopSize = Int((Double(min(max(window, 0), 1 << 30)) / overlap).rounded())
    }
    if let hop { settings.hopSize = hop }
    if let tolerance { settings.toleranceSeconds = tolerance / 1000 }
    if let templates { settings.templates = templates }
    if let activations { settings.activations = activations }
    if let seed { settings.seed = seed }
    try settings.validate()
  }

  private func beta() throws -> Double? {
    switch divergence {
    case nil: return nil
    case "eu": return 2
    case "kl": return 1
    case "is": return 0
    case let text?:
      guard let value = Double(text), value >= -1, value <= 3 else {
        throw ValidationError(
          "--divergence: expected eu, kl, is, or a number from -1 to 3, found '\(text)'")
      }
      return value
    }
  }
}
