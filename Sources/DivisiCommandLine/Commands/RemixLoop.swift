import ArgumentParser
import AudioFiles
import DivisiSeparation
import DrumKits
import FoundationEssentials
import Terminal

/// `divisi remix`.
struct RemixLoop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remix",
    abstract: "Play another pattern with the drums of a recording.",
    discussion: """
      Separates the recording and plays with its drums: another pattern, by a kit of its strokes as 'divisi kit' makes it; or \
      what the recording plays, each stroke by itself, at another tempo, in another groove, or with another drum in it.

        divisi remix break.wav --score break.mid --pattern new.mid -o new.wav
        divisi remix beat.wav --score beat.mid --tempo 140 --quantise 16 -o new.wav
        divisi remix break.wav --score break.mid --replace snare=mine.wav \\
          --residual keep -o mine.wav
        divisi remix --kit kit/kit.sfz --pattern new.mid -o new.wav
      """)

  @Argument(
    help: ArgumentHelp(
      "The recording of drums; with --kit and --pattern it may be left out.", valueName: "mix"),
    completion: .file())
  var mix: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write: .wav (24 bits), .flac, .ogg, .opus or .mp3.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "An SFZ file whose samples are played instead of the recording's.", valueName: "file"),
    completion: .file(extensions: ["sfz"]))
  var kit: String?

  @Option(
    help: ArgumentHelp(
      "Another sound for a drum, as loud as its own, or off. May be repeated.",
      valueName: "drum=file"))
  var replace: [String] = []

  @Option(
    help:
      "What becomes of what is no drum's: keep, where the pattern is the recording's, or drop.")
  var residual = ResidualUse.drop

  @Flag(name: .shortAndLong, help: "Overwrite the file if it exists.")
  var force = false

  @OptionGroup(title: "Pattern") var pattern: PatternOptions
  @OptionGroup(title: "Samples") var size: KitSizeOptions
  @OptionGroup var loop: LoopOptions

  private func format() throws -> AudioFormat {
    guard let format = AudioFormat(fileName: output) else {
      throw ValidationError(
        "--output: expected a file that ends in .wav, .flac, .ogg, .opus or .mp3, found '\(output)'"
      )
    }
    return format
  }

  func validate() throws {
    _ = try format()
    _ = try replace.map(Replacement.init)
    guard mix != nil || (kit != nil && pattern.pattern != nil) else {
      throw ValidationError("expected a recording, or --kit and --pattern")
    }
    guard mix != nil || residual == .drop else {
      throw ValidationError("--residual keep: expected a recording")
    }
    guard residual == .drop || pattern.tempo == nil else {
      throw ValidationError("--residual keep: expected no --tempo, at which it would not fit")
    }
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    try reporting {
      let job = RemixJob(
        mix: mix, loop: loop, size: size.size, pattern: pattern, kitPath: kit,
        replacements: try replace.map(Replacement.init), keepsResidual: residual == .keep)
      try OutputFiles(overwrites: force).check([output], inputs: job.inputs())
      let title = URL(fileURLWithPath: mix ?? output).lastPathComponent
      let result = try job.run(bar: ProgressBar(title: title))
      let staged = StagedFiles(force: force)
      try staged.write(result.sound, name: output, as: format())
      try staged.commit()
      printLines(
        "\(output.printable): \(result.noteCount) note\(result.noteCount == 1 ? "" : "s"), \(fixed(result.sound.durationSeconds, digits: 1)) s\(loweredPeaks(result.lowestGain))"
      )
    }
  }
}

/// What becomes of what is no drum's.
enum ResidualUse: String, CaseIterable, ExpressibleByArgument {
  case keep, drop
}
