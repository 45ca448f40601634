import ArgumentParser
import AudioFiles
import DivisiSeparation
import FoundationEssentials
import Plotting
import Terminal

/// `divisi mosaic`.
struct MosaicCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mosaic",
    abstract: "Play one recording with the sounds of others.",
    discussion: """
      Writes a recording as long as the target that is made of frames of the sources alone: those that together come \
      closest to its spectra. Restraints keep the sources audible as themselves.

        divisi mosaic --target let-it-be.flac --source bees.flac -o let-it-bee.flac
        divisi mosaic --target song.wav --source rain.wav wind.wav \\
          --transpose=-5,0,5 -o song-of-rain.wav
      """)

  @Option(
    help: ArgumentHelp("The recording that is played.", valueName: "file"), completion: .file())
  var target: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The recordings whose sounds play it.", valueName: "file"),
    completion: .file())
  var source: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write: .wav (24 bits), .flac, .ogg, .opus or .mp3.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The score of the target: where it has pitches, frames of the sources answer that sound like them.",
      valueName: "file"), completion: .file())
  var score: String?

  @Option(
    help: ArgumentHelp(
      "Also draw source, target, activations and mosaic, their first minute: a .png, .svg or .pdf.",
      valueName: "file"))
  var picture: String?

  @Flag(name: .shortAndLong, help: "Overwrite files that exist.")
  var force = false

  @OptionGroup var sounds: RestraintOptions
  @OptionGroup var options: MosaicOptions

  private func format() throws -> AudioFormat {
    guard let format = AudioFormat(fileName: output) else {
      throw ValidationError(
        "--output: expected a file that ends in .wav, .flac, .ogg, .opus or .mp3, found '\(output)'"
      )
    }
    return format
  }

  private func pictureFormat() throws -> PictureFormat? {
    try picture.map { path in
      let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
      guard path.contains("."), let format = PictureFormat(rawValue: ending) else {
        throw ValidationError(
          "--picture: expected a file that ends in .png, .svg or .pdf, found '\(path)'")
      }
      return format
    }
  }

  func validate() throws {
    _ = try format()
    _ = try pictureFormat()
    guard !source.isEmpty else { throw ValidationError("--source: expected a recording") }
  }

  private func pictures(of made: MadeMosaic) throws -> [(path: String, bytes: [UInt8])] {
    guard let picture, let format = try pictureFormat(), let beginning = made.beginning else {
      return []
    }
    let title = URL(fileURLWithPath: output).lastPathComponent.printable
    let figure = MosaicFigure(beginning: beginning, title: title).figure
    return [(picture, figure.encoded(as: format))]
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    giveLargeBlocksBack()
    try reporting {
      try OutputFiles(overwrites: force).check(
        [output] + (picture.map { [$0] } ?? []),
        inputs: [target] + source + (score.map { [$0] } ?? []))
      var settings = options.settings
      settings.restraints = sounds.restraints
      let job = MosaicJob(
        target: target, sources: source, score: score,
        transpositions: try sounds.transpositions(), settings: settings, span: nil,
        keepsBeginning: picture != nil, parallel: threads(options.threadCount))
      let made = try job.run(
        output: output, format: try format(), force: force,
        bar: ProgressBar(title: URL(fileURLWithPath: target).lastPathComponent),
        companions: pictures)
      let (fit, frames) = (made.fit, Double(max(made.fit.frameCount, 1)))
      printLines(
        "\(output.printable): \(fixed(made.seconds, digits: 1)) s, divergence \(fixed(fit.loss / max(fit.total, .leastNormalMagnitude), digits: 3)) of the target, "
          + "\(fixed(Double(fit.active) / frames, digits: 1)) frames at once\(loweredPeaks(fit.lowestGain))"
      )
    }
  }
}
