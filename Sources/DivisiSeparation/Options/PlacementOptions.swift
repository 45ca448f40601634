package import ArgumentParser
package import DivisiAlignment
package import DivisiScore

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

/// Where a recording may leave the order of its score.
package enum JumpMode: String, CaseIterable, ExpressibleByArgument {
  /// Where the score repeats.
  case marked
  /// From any note to any other.
  case any
}

/// How scores and recordings are searched for each other, and what is known beforehand.
package struct SearchOptions: ParsableArguments {
  @Option(
    help:
      "Where the recording may leave the order of the score when it is aligned: marked where the score repeats, any from any note to any other.",
    completion: .list(JumpMode.allCases.map(\.rawValue)))
  package var jumps = JumpMode.marked

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A time in the score and the time in the recording where it is heard, in seconds. The alignment keeps it, and moves what lies before the first anchor and after the last as much as that one. May be repeated.",
      valueName: "score=recording"))
  package var anchor: [String] = []

  package init() {}

  package func validate() throws { _ = try anchors() }

  /// For a score with some bars.
  package func settings(bars: [Bar]) throws -> AlignmentOptions {
    var result = AlignmentOptions()
    result.anchors = try anchors()
    result.jumps = jumps == .any ? .anywhere : .repeats(of: bars)
    return result
  }

  /// Ascending in both.
  private func anchors() throws -> [TimeMap.Point] {
    let points = try anchor.map { text -> TimeMap.Point in
      let sides = text.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let score = Double(sides[0]), let recording = Double(sides[1]),
        abs(score) <= ScoreOptions.longestSeconds,
        (0...ScoreOptions.longestSeconds).contains(recording)
      else {
        throw ValidationError(
          "--anchor: expected seconds of the score and of the recording, such as 12.5=14, found '\(text)'"
        )
      }
      return TimeMap.Point(score: score, audio: recording)
    }.sorted { $0.score < $1.score }
    for (a, b) in zip(points, points.dropFirst())
    where a.score == b.score || a.audio >= b.audio {
      throw ValidationError(
        "--anchor: expected times that ascend in score and recording, found \(a.score)=\(a.audio) and \(b.score)=\(b.audio)"
      )
    }
    return points
  }
}
