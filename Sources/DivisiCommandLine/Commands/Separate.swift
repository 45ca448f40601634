import ArgumentParser
import AudioFiles
import Terminal

/// `divisi separate`.
struct Separate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Separate recordings into the parts of their scores.",
    discussion: """
      Writes DIR/<name of the recording>/<part>.flac for every part. Each file has the length, sample rate and number of \
      channels of the recording, and is not rescaled; with --residual the files add up to the recording.

      Recordings longer than 90 s are separated in sections that fade into one another, so memory use does not grow with \
      their length, unless the whole is needed: by --export-factors, which fits it at once, by --references, which keeps all \
      stems to score them, and where a score has to be aligned.

      --minus left writes the recording without that part, to play it yourself; --mix left=-12 writes all of it with a \
      softer left hand.

      To give each of several recordings its own score, write {folder} and {name} in the path of the score; or name \
      recordings and scores in a table, with which the same command goes on where it was stopped:

        divisi separate set/*/mix.flac --score '{folder}/score.mid' \\
          --filename '{parent}/{part}' -o stems
        divisi separate --list set.tsv -o stems --resume --results set.jsonl
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "mix"), completion: .file())
  var mixes: [String] = []

  @OptionGroup var options: SeparationOptions
  @OptionGroup(title: "Catalogues") var catalogue: CatalogueOptions

  func validate() throws {
    guard catalogue.list == nil else {
      guard mixes.isEmpty else {
        throw ValidationError("--list: expected no recordings besides those of the table")
      }
      return
    }
    guard !mixes.isEmpty else {
      throw ValidationError("expected recordings, or --list with a table of them")
    }
    try options.checkCompanions()
    var owners: [String: String] = [:]
    for mix in mixes {
      let name = options.writing.path(mix: mix, part: "", preset: options.preset)
      if let other = owners.updateValue(mix, forKey: name) {
        throw ValidationError(
          "'\(other)' and '\(mix)' would be written to the same files; --filename '{parent}/{part}' keeps them apart"
        )
      }
    }
  }

  /// What all recordings that were typed share; fails before the first one.
  private func plan() throws -> SharedJob {
    let plan = SharedJob(options)
    _ = try plan.job()
    return plan
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    giveLargeBlocksBack()
    var run = try reporting {
      let rows =
        if let table = catalogue.list {
          RecordingRows.table(
            try TableRows(
              path: table, shard: catalogue.shard,
              arguments: Array(CommandLine.arguments.drop { $0 != "separate" }.dropFirst())))
        } else {
          RecordingRows.typed(mixes[...], try plan())
        }
      return try CatalogueRun(rows: rows, catalogue: catalogue, writing: options.writing)
    }
    let hasFailed = try run.separateAll(showsProgressInLines: options.progress)
    if hasFailed { throw ExitCode.failure }
  }
}
