import ArgumentParser
import Catalogues

/// Many recordings, and a program that may be stopped among them.
struct CatalogueOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Recordings from a table: cells between tabs, and in the first row the names of the columns: recording, score, and any options, such as preset. - is standard input. Paths of recordings, scores and references are relative to the table's folder.",
      valueName: "table"),
    completion: .file(extensions: ["tsv"]))
  var list: String?

  @Option(
    help: ArgumentHelp(
      "Only every nth row of the table, from the ith on: 2/8 is the second of eight shares.",
      valueName: "i/n"),
    transform: Self.shard)
  var shard: Shard?

  @Option(
    help: ArgumentHelp(
      "Also write a line of JSON per recording to a file, as --json prints it.", valueName: "file"),
    completion: .file(extensions: ["jsonl"]))
  var results: String?

  @Flag(
    help:
      "Pass over what is there already, made of the same recording and score by the same options and version; make everything else."
  )
  var resume = false

  @Flag(
    help:
      "With --resume: also try once more what was being separated when two runs ended."
  )
  var retry = false

  @Flag(
    help:
      "Separate nothing: print a line of JSON per recording, with its length in seconds and the memory that it will need in bytes."
  )
  var estimate = false

  /// Whether a manifest is written beside the stems.
  var keepsManifests: Bool { list != nil || resume || results != nil }

  func validate() throws {
    for (option, value) in [("--list", list), ("--results", results)] where value == "" {
      throw ValidationError("\(option): expected a file, found ''")
    }
    guard list != nil || shard == nil else {
      throw ValidationError("--shard: expected --list as well")
    }
    guard !estimate || !(resume || results != nil) else {
      throw ValidationError("--estimate: expected no --resume and no --results")
    }
    guard resume || !retry else { throw ValidationError("--retry: expected --resume as well") }
  }

  private static func shard(_ text: String) throws -> Shard {
    guard let shard = Shard(text) else {
      throw ValidationError("--shard: expected one of n, such as 2/8, found '\(text)'")
    }
    return shard
  }
}
