import ArgumentParser
import DivisiDSP
import DivisiSeparation
import Mosaics
import Terminal

/// How a mosaic is made, but for its restraints.
struct MosaicOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Number of iterations.", valueName: "n"))
  var iterations = 30

  @Option(
    help: ArgumentHelp(
      "STFT window at 44.1 kHz; it follows the sample rate.", valueName: "samples"))
  var window = 2048

  @Option(
    help: ArgumentHelp(
      "STFT hop at 44.1 kHz; it follows the sample rate.", valueName: "samples"))
  var hop = 1024

  @Option(
    help: ArgumentHelp(
      "How often phases are made to agree with each other at the end; 0 keeps those of the source.",
      valueName: "n"))
  var griffinLim = 0

  @Option(help: ArgumentHelp("Seed of the random start.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Threads; the samples do not depend on it. (default: one per core)", valueName: "n"))
  var threads: Int?

  var threadCount: Int { threads ?? coreCount() }

  var settings: MosaicSettings {
    var settings = MosaicSettings()
    settings.windowLength = window
    settings.hopSize = hop
    settings.iterations = iterations
    settings.griffinLim = griffinLim
    settings.seed = seed
    return settings
  }

  func validate() throws {
    guard (1...mostThreads).contains(threadCount) else {
      throw ValidationError("--threads: expected 1 to \(mostThreads), found \(threadCount)")
    }
    try Self.check(settings)
  }

  /// Refuses settings that make no mosaic.
  static func check(_ settings: MosaicSettings) throws {
    let (window, hop) = (settings.windowLength, settings.hopSize)
    for (name, value, range) in [
      ("--iterations", settings.iterations, 1...1000), ("--window", window, 256...32_768),
      ("--griffin-lim", settings.griffinLim, 0...100),
    ] where !range.contains(value) {
      throw ValidationError(
        "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
    guard window % 2 == 0 else {
      throw ValidationError("--window: expected an even number, found \(window)")
    }
    guard (window / 16...window / 2).contains(hop) else {
      throw ValidationError(
        "--hop: expected \(window / 16) to \(window / 2), a sixteenth to half of the window, found \(hop)"
      )
    }
  }
}
