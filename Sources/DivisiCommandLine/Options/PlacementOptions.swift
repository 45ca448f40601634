import ArgumentParser
import DivisiAlignment

/// When a score is aligned with its recording.
enum AlignmentMode: String, CaseIterable, ExpressibleByArgument {
  /// Where it does not follow the recording already.
  case auto
  case on
  case off
}

/// How a score gets onto the time of its recording.
struct PlacementOptions: ParsableArguments {
  @Option(
    help:
      "Whether to align the score with the recording; auto does where it does not follow it yet. Scores of drums are used as they are.",
    completion: .list(AlignmentMode.allCases.map(\.rawValue)))
  var align = AlignmentMode.off

  @Flag(help: "Separate although the score seems to be of another piece.")
  var forceScore = false

  @OptionGroup var anchoring: AnchorOptions

  func validate() throws {
    guard align != .off || anchoring.anchor.isEmpty else {
      throw ValidationError("--anchor: expected --align on as well")
    }
  }
}

/// Times that somebody knows.
struct AnchorOptions: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A time of the score and the time of the recording that belongs to it, in seconds, which the alignment keeps; may be repeated.",
      valueName: "score=recording"))
  var anchor: [String] = []

  func validate() throws { _ = try points() }

  /// Ascending in both.
  func points() throws -> [TimeMap.Point] {
    let points = try anchor.map { text -> TimeMap.Point in
      let sides = text.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let score = Double(sides[0]), let recording = Double(sides[1]),
        score.isFinite, recording.isFinite, recording >= 0
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
