import ArgumentParser
import AudioFiles
import DivisiAlignment
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Terminal

/// `divisi align`.
struct Align: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Align scores with their recordings and write them.",
    discussion: """
      Writes the notes of a score when the recording plays them, and in its key: as MIDI, with tempo changes that put beats \
      and bars where the recording has them, or as a table. 'divisi separate --align on' does the same before it separates; \
      here you see what was found, and can correct it. With --correct-notes on, wrong and missing notes are put right, too.

        divisi align nocturne.flac --score nocturne.musicxml -o nocturne.mid
        divisi align */mix.flac --score '{folder}/score.mid' -o '{folder}/new.mid'
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "mix"), completion: .file())
  var mixes: [String]

  @Option(
    help: ArgumentHelp(
      "The score: MIDI, MusicXML, .mxl or CSV. {folder} and {name} stand for those of each recording.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write, .mid or .csv. A printed score can also be copied as it is, to .musicxml or .mxl, with the table of --table beside it. {folder} and {name} work as in --score.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "csv", "musicxml", "mxl"]))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Also write which time of the score belongs to which time of the recording: score_time;audio_time, in seconds.",
      valueName: "file"), completion: .file(extensions: ["csv"]))
  var table: String?

  @Option(
    help: ArgumentHelp(
      "Also write a web page with the verdict, and a picture of the path, of the notes over the spectrogram, and of where they agree.",
      valueName: "file"), completion: .file(extensions: ["html"]))
  var report: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seconds to add to all times that were found; negative to make up for distant microphones.",
      valueName: "seconds"))
  var scoreOffset = 0.0

  @Flag(
    help:
      "The score is of drums, with General MIDI numbers. MIDI and MusicXML say so themselves; tables do not."
  )
  var drums = false

  @Option(
    help:
      "Whether to add notes that are played but missing from the score, and to move wrong ones to the pitch played. Drums are left as they are."
  )
  var correctNotes = Switch.off

  @Flag(help: "Write the file although the score seems to be of another piece.")
  var forceScore = false

  @Flag(name: .shortAndLong, help: "Overwrite existing files.")
  var force = false

  @Flag(help: "Print one line of JSON per recording.")
  var json = false

  @Option(
    name: .customLong("threads"),
    help: ArgumentHelp(
      "Number of threads, 1 to \(mostThreads). (default: as many as there are cores)",
      valueName: "count"))
  var threadCount: Int?

  @OptionGroup var search: SearchOptions

  /// Before {folder} and {name} are replaced.
  private func outputs() throws -> AlignmentOutputs {
    guard let outputs = AlignmentOutputs(score: output, table: table, report: report) else {
      throw ValidationError(
        "--output: expected a file that ends in .mid, .csv, .musicxml or .mxl, found '\(output)'")
    }
    return outputs
  }

  func validate() throws {
    let outputs = try outputs()
    guard table != "" else { throw ValidationError("--table: expected a file, found ''") }
    if let report {
      guard URL(fileURLWithPath: report).pathExtension.lowercased() == "html" else {
        throw ValidationError("--report: expected a file that ends in .html, found '\(report)'")
      }
    }
    guard outputs.format != .print || correctNotes == .off else {
      throw ValidationError(
        "--correct-notes: expected an --output that ends in .mid or .csv, since print is copied as it is"
      )
    }
    guard !drums || correctNotes == .off else {
      throw ValidationError("--correct-notes: expected no --drums, which are not corrected")
    }
    try ScoreOptions.check(scoreOffset: scoreOffset)
    if let threadCount, !(1...mostThreads).contains(threadCount) {
      throw ValidationError("--threads: expected 1 to \(mostThreads), found \(threadCount)")
    }
    var owners: [String: String] = [:]
    for mix in mixes {
      for path in outputs.paths {
        let file = URL(fileURLWithPath: expand(path, for: mix)).standardizedFileURL.path
        guard let other = owners.updateValue(mix, forKey: file) else { continue }
        throw ValidationError(
          other == mix
            ? "--output, --table and --report: expected different files, found '\(path)' twice"
            : "'\(other)' and '\(mix)' would be written to the same file; write {folder} or {name} in its path"
        )
      }
    }
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    let outputs = try outputs()
    let job = AlignmentJob(
      offsetSeconds: scoreOffset, acceptsAny: forceScore, overwrites: force,
      isOfDrums: drums, correctsNotes: correctNotes == .on, search: search,
      parallel: threads(threadCount ?? coreCount()))
    var failed = false
    for mix in mixes {
      do {
        let result = try job.run(
          mix: mix, score: expand(score, for: mix), outputs: outputs.map { expand($0, for: mix) })
        if let text = result.placement.doubt(score: result.score) { printError(text) }
        if correctNotes == .on, let text = result.placement.uncorrected(score: result.score) {
          printError(text)
        }
        printLines(json ? result.json : result.text)
      } catch {
        failed = true
        printError("\(error)")
        if json { printLines(SeparationReport.json(mix: mix, error: error)) }
      }
      try reporting { try flushReport() }
    }
    if failed { throw ExitCode.failure }
  }
}
