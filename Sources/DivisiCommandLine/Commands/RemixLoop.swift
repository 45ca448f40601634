import ArgumentParser
import AudioFiles
import DivisiScore
import DrumKits
import FoundationEssentials
import Terminal

/// `divisi remix`.
struct RemixLoop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remix",
    abstract: "Play another pattern with the drums of a recording.",
    discussion: """
      Separates the recording, makes a kit of its strokes as 'divisi kit' does, and plays the pattern with it: any score of \
      drums, at its own tempo or another.

        divisi remix break.wav --score break.mid --pattern new.mid -o new.wav
        divisi remix break.wav --pattern new.mid --tempo 140 -o new.wav
      """)

  @Argument(help: ArgumentHelp("The recording of drums.", valueName: "mix"), completion: .file())
  var mix: String

  @Option(
    help: ArgumentHelp(
      "What to play: a score of drums. (default: the score of the recording)", valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var pattern: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write: .wav (24 bits), .flac, .ogg, .opus or .mp3.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "What becomes of what is no drum's: keep, where the pattern is that of the recording, or drop.",
      valueName: "keep|drop"))
  var residual = ResidualUse.drop

  @Flag(name: .shortAndLong, help: "Overwrite the file if it exists.")
  var force = false

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
    guard pattern != nil || loop.score != nil else {
      throw ValidationError("--pattern: expected a score to play")
    }
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    try reporting {
      let path = pattern ?? loop.score ?? ""
      let files = OutputFiles(overwrites: force)
      try files.check([output], inputs: [mix, path] + (loop.score.map { [$0] } ?? []))
      let score = try loop.scoring.original(path: path)
      let notes = try PartSelection.drums.parts(of: score, name: path).flatMap(\.notes)
      let bar = ProgressBar(title: URL(fileURLWithPath: mix).lastPathComponent)
      let result = try LoopSeparation(loop, withResidual: residual == .keep).run(
        mix: mix, score: loop.score, bar: bar)
      if let text = result.source.placement?.doubt(score: result.source.scorePath) {
        printError(text)
      }
      let kit = SampleKit(
        of: result.strokes, stems: result.stems, sampleRate: result.sampleRate, size: size.size)
      var player = KitPlayer(kit)
      for (drum, count) in player.missing(notes).sorted(by: { $0.key < $1.key }) {
        printError(
          "\(path): drum \(drum) is silent, \(count) note\(count == 1 ? "" : "s"): \(mix) has none of its kind"
        )
      }
      var channels = player.play(
        notes, leastCount: residual == .keep ? result.residual[0].count : 0)
      if residual == .keep {
        for channel in channels.indices {
          for index in result.residual[channel].indices {
            channels[channel][index] += result.residual[channel][index]
          }
        }
      }
      guard let count = channels.first?.count, count > 0 else {
        throw Failure("\(path): expected notes of drums that \(mix) has; found none")
      }
      let staged = StagedFiles(force: force)
      let clipped = try staged.write(
        AudioBuffer(sampleRate: kit.sampleRate, channels: channels), name: output, as: format())
      try staged.commit()
      let seconds = fixed(Double(count) / Double(kit.sampleRate), digits: 1)
      let clipping = clipped == 0 ? "" : ", \(clipped) samples clipped"
      printLines("\(output.printable): \(notes.count) notes, \(seconds) s\(clipping)")
    }
  }
}

/// What becomes of what is no drum's.
enum ResidualUse: String, CaseIterable, ExpressibleByArgument {
  case keep, drop
}
