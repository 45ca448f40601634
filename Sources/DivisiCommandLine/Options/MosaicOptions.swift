import ArgumentParser
import DivisiDSP
import DivisiSeparation
import Mosaics
import Terminal

/// How a mosaic is made.
struct MosaicOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of so many frames in a row a frame of the source keeps only its strongest; 1 for no restraint.",
      valueName: "frames"))
  var repetition = 7

  @Option(
    help: ArgumentHelp(
      "So many frames of the source sound at once; 0 for no restraint.", valueName: "frames"))
  var polyphony = 10

  @Option(
    help: ArgumentHelp(
      "Over so many frames the source is drawn to go on as it went; 1 for no restraint.",
      valueName: "frames"))
  var continuity = 7

  @Option(
    help: ArgumentHelp(
      "The restraints act in every so many iterations.", valueName: "n"))
  var every = 5

  @Option(help: ArgumentHelp("Number of iterations.", valueName: "n"))
  var iterations = 50

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
    settings.restraints.repetition = repetition
    settings.restraints.polyphony = polyphony
    settings.restraints.continuity = continuity
    settings.restraints.every = every
    settings.griffinLim = griffinLim
    settings.seed = seed
    return settings
  }

  func validate() throws {
    for (name, value, range) in [
      ("--repetition", repetition, 1...99), ("--polyphony", polyphony, 0...1000),
      ("--continuity", continuity, 1...99), ("--every", every, 1...1000),
      ("--iterations", iterations, 1...1000), ("--window", window, 256...32_768),
      ("--griffin-lim", griffinLim, 0...100), ("--threads", threadCount, 1...mostThreads),
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
