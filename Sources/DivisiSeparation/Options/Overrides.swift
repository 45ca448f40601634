public import ArgumentParser
import DivisiControls
public import DivisiEngine
import FoundationEssentials

extension StartValues: ExpressibleByArgument {}
extension TemplateMask: ExpressibleByArgument {}

/// What is on unless somebody wants it off.
package enum Switch: String, CaseIterable, ExpressibleByArgument {
  case on, off
}

/// The options that override a preset.
package struct Overrides: ParsableArguments {
  @Option(name: .setting(.model), help: ArgumentHelp("The model.", valueName: "model"))
  package var model: ModelKind?

  @Option(
    name: .setting(.iterations), parsing: .unconditional,
    help: ArgumentHelp("Number of iterations.", valueName: "n"))
  package var iterations: Int?

  @Option(
    name: .setting(.beta), parsing: .unconditional,
    help: ArgumentHelp(
      "What is minimised: eu, kl, is, or a beta from \(Setting.beta.control.rangeText).",
      valueName: "name"))
  package var divergence: String?

  @Option(
    name: .setting(.wienerExponent), parsing: .unconditional,
    help: ArgumentHelp("Exponent of the masks: 1 soft, 2 Wiener.", valueName: "exponent"))
  package var wienerExponent: Double?

  @Option(
    name: .setting(.windowLength), parsing: .unconditional,
    help: ArgumentHelp("STFT window at 44.1 kHz; it follows the sample rate.", valueName: "samples")
  )
  package var windowLength: Int?

  @Option(
    name: .setting(.hopSize), parsing: .unconditional,
    help: ArgumentHelp("STFT hop at 44.1 kHz; it follows the sample rate.", valueName: "samples"))
  package var hopSize: Int?

  @Option(
    name: .setting(.tolerance), parsing: .unconditional,
    help: ArgumentHelp("How early or late notes may begin against the score.", valueName: "ms"))
  package var tolerance: Double?

  @Option(help: "How templates start: informed by the score, or random.")
  package var templates: StartValues?

  @Option(
    help:
      "How strictly templates of pitches keep to partials: hard, soft (they only start there), or none; yardsticks."
  )
  package var comb: TemplateMask?

  @Option(help: "Whether autoencoders silence what the score does not let sound.")
  package var dropout: Switch?

  @Option(
    name: .setting(.strokeLength), parsing: .unconditional,
    help: ArgumentHelp(
      "How long drum strokes may be active after their onset, \(Setting.strokeLength.control.rangeText).",
      valueName: "seconds"))
  package var decay: Double?

  @Option(
    help: "How activations start: informed by the score, or random, which ignores its times.")
  package var activations: StartValues?

  @Flag(
    help:
      "Leave the templates as they start, those of the kit, bank or score; only activations are learnt."
  )
  package var frozen = false

  @Option(
    help:
      "Whether parts of a recording of several channels are told apart by where they lie, too.")
  package var spatial: Switch?

  @Option(
    name: .setting(.templateFrames), parsing: .unconditional,
    help: ArgumentHelp(
      "Frames of one template, \(Setting.templateFrames.control.rangeText), for models that are convolutive.",
      valueName: "n"))
  package var templateFrames: Int?

  @Option(
    name: .setting(.encoderIterations), parsing: .unconditional,
    help: ArgumentHelp(
      "How many iterations, the first ones, are an autoencoder's; the others update activations freely.",
      valueName: "n"))
  package var encoderIterations: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Seed of random starts.", valueName: "n"))
  package var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads; the samples do not depend on it. (default: one per core)", valueName: "n"))
  package var threads: Int?

  @Option(
    name: .setting(.lookahead), parsing: .unconditional,
    help: ArgumentHelp(
      "With --stream: how far the model looks ahead, 0 (live) to 4.", valueName: "seconds"))
  package var lookahead: Double?

  @Option(
    name: .setting(.history), parsing: .unconditional,
    help: ArgumentHelp(
      "With --stream: how much of the past the model learns from, \(Setting.history.control.rangeText).",
      valueName: "seconds"))
  package var history: Double?

  package init() {}

  /// How many threads to use.
  package var threadCount: Int { threads ?? coreCount() }

  /// An option that was given and means nothing to a stream.
  private var unknownToStreams: String? {
    if divergence != nil { return "--divergence" }
    if templates != nil { return "--templates" }
    if activations != nil { return "--activations" }
    if comb != nil { return "--comb" }
    if dropout != nil { return "--dropout" }
    if decay != nil { return "--decay" }
    return seed == nil ? nil : "--seed"
  }

  /// An option that was given and means nothing to a mosaic.
  package var unknownToMosaics: String? {
    if model != nil { return "--model" }
    if wienerExponent != nil { return "--alpha" }
    if tolerance != nil { return "--tolerance" }
    if templateFrames != nil { return "--template-frames" }
    if encoderIterations != nil { return "--encoder-iterations" }
    if frozen { return "--frozen" }
    if spatial != nil { return "--spatial" }
    return seed == nil ? unknownToStreams : nil
  }

  /// Refuses what means nothing to a stream, or to anything else.
  package func check(isStreamed: Bool) throws {
    guard isStreamed || (lookahead == nil && history == nil) else {
      throw ValidationError("--lookahead and --history: expected --stream as well")
    }
    if isStreamed, let option = unknownToStreams {
      throw ValidationError("\(option): expected no --stream, which does not have this option")
    }
  }

  package func validate() throws {
    guard (1...mostThreads).contains(threadCount) else {
      throw ValidationError("--threads: expected 1 to \(mostThreads), found \(threadCount)")
    }
    _ = try beta()
  }

  /// A preset's settings, changed; wrong usage where the result is out of range.
  package func applied(to preset: StreamSettings) throws -> StreamSettings {
    let beta = try beta()
    return try asUsage { () throws(SettingsError) in
      var settings = preset
      let usual = preset.separation
      if let model { settings.separation.model = model }
      if let iterations { try settings.set(.iterations, to: Double(iterations)) }
      // Presets whose iterations are all the encoder's, or that mean a model without one, say nothing
      // of another share.
      if !(1..<max(usual.iterations, 1)).contains(usual.encoderIterations) {
        settings.separation.encoderIterations = settings.separation.iterations
      }
      for (setting, value) in numbers(beta: beta) {
        if let value { try settings.set(setting, to: value) }
      }
      // Its range follows from the window, which is known only now.
      if let hopSize { settings.separation.hopSize = hopSize }
      if frozen {
        settings.separation.isFrozen = true
        settings.adapts = false
      }
      if let templates { settings.separation.templates = templates }
      if let activations { settings.separation.activations = activations }
      if let comb { settings.separation.templateMask = comb }
      if let dropout { settings.separation.hasDropout = dropout == .on }
      if let spatial { settings.separation.isSpatial = spatial == .on }
      if let seed { settings.separation.seed = seed }
      try settings.validate()
      return settings
    }
  }

  private func numbers(beta: Double?) -> [(Setting, Double?)] {
    [
      (.encoderIterations, encoderIterations.map(Double.init)),
      (.templateFrames, templateFrames.map(Double.init)), (.beta, beta),
      (.wienerExponent, wienerExponent), (.windowLength, windowLength.map(Double.init)),
      (.tolerance, tolerance), (.strokeLength, decay), (.lookahead, lookahead), (.history, history),
    ]
  }

  private func beta() throws -> Double? {
    switch divergence {
    case nil: return nil
    case "eu": return 2
    case "kl": return 1
    case "is": return 0
    case let text?:
      guard let value = Double(text), Setting.beta.control.problem(with: value) == nil else {
        throw ValidationError(
          "--divergence: expected eu, kl, is, or a number from \(Setting.beta.control.rangeText), found '\(text)'"
        )
      }
      return value
    }
  }
}
