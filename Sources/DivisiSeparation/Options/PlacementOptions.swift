package import ArgumentParser

/// When a score is aligned with its recording.
package enum AlignmentMode: String, CaseIterable, ExpressibleByArgument {
  /// Where it does not follow the recording already.
  case auto
  case on
  case off
}

/// How a score gets onto the time of its recording.
package struct PlacementOptions: ParsableArguments {
  @Option(
    help:
      "Whether to align the score with the recording: auto only if it is not in time yet, on always, off never.",
    completion: .list(AlignmentMode.allCases.map(\.rawValue)))
  package var align = AlignmentMode.auto

  @Flag(help: "Separate although the score seems to be of another piece.")
  package var forceScore = false

  @OptionGroup package var search: SearchOptions

  package init() {}

  /// An option that was given, and asks for more than its default.
  package var given: String? {
    if align != .auto { return "--align" }
    if forceScore { return "--force-score" }
    if search.jumps != .marked { return "--jumps" }
    return search.anchor.isEmpty ? nil : "--anchor"
  }

  package func validate() throws {
    guard align != .off || search.anchor.isEmpty else {
      throw ValidationError("--anchor: expected --align auto or on as well")
    }
    guard align != .off || search.jumps == .marked else {
      throw ValidationError("--jumps: expected --align auto or on as well")
    }
    guard align != .off || !forceScore else {
      throw ValidationError("--force-score: expected --align auto or on as well")
    }
  }
}
