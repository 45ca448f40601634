import ArgumentParser
import AudioFiles
import DrumKits
import FoundationEssentials
import Terminal

/// `divisi kit`.
struct Kit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a drum kit of samples from a recording of drums.",
    discussion: """
      Separates the recording, cuts each part into its strokes, and keeps the longest and cleanest of each drum, by velocity \
      and in turns. Writes to DIR: samples (WAV, 24 bits, or floats where these would clip), kit.sfz, which plays them in any sampler that reads SFZ, and \
      pattern.mid, what the recording plays, at velocities as measured. With the format wav, samples.csv says what each sample is.

        divisi kit break.wav --score break.mid -o kit
        divisi kit break.wav --score break.mid --layers 2 --format sfz,hydrogen -o kit
      """)

  @Argument(help: ArgumentHelp("The recording of drums.", valueName: "mix"), completion: .file())
  var mix: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(
    help: ArgumentHelp(
      "What to write: one or more of sfz, hydrogen (a .h2drumkit), and wav (samples alone).",
      valueName: "sfz,hydrogen"))
  var format = "sfz"

  @Flag(name: .shortAndLong, help: "Overwrite existing files.")
  var force = false

  @OptionGroup(title: "Samples") var size: KitSizeOptions
  @OptionGroup var loop: LoopOptions

  private func formats() throws -> Set<KitFormat> {
    let names = format.split(separator: ",", omittingEmptySubsequences: false)
    let formats = names.compactMap { KitFormat(rawValue: String($0).trimmed) }
    guard formats.count == names.count, Set(formats).count == formats.count else {
      throw ValidationError(
        "--format: expected sfz, hydrogen or wav, each once, found '\(format)'")
    }
    return Set(formats)
  }

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output: expected a folder, found ''") }
    _ = try formats()
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    try reporting {
      let output = KitOutput(folder: output, formats: try formats(), force: force)
      try output.check(inputs: [mix] + (loop.score.map { [$0] } ?? []))
      let bar = ProgressBar(title: URL(fileURLWithPath: mix).lastPathComponent)
      let result = try LoopSeparation(loop, withResidual: false).run(
        mix: mix, score: loop.score, bar: bar)
      if let text = result.source.placement?.doubt(score: result.source.scorePath) {
        printError(text)
      }
      let kit = SampleKit(
        of: result.strokes, stems: result.stems, sampleRate: result.sampleRate, size: size.size)
      let written = try output.write(
        kit,
        pattern: kit.pattern(
          of: result.strokes, bars: result.source.placement?.bars ?? [],
          leadSeconds: StrokeCutter.leadSeconds),
        title: URL(fileURLWithPath: mix).lastPathComponent + KitOutput.maker)
      printLines(KitReport(kit: kit, strokes: result.strokes, mix: mix, written: written).text)
    }
  }
}
