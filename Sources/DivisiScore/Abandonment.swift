internal import InputFiles

/// Asks while a score is parsed whether anybody still wants it.
///
/// Parsers check it where they may come by a million times; all else that they do is bounded by
/// ``ScoreLimits``.
struct Abandonment {
  private let name: String
  private let isAbandoned: InputFile.IsAbandoned

  /// - Parameter name: the score, for the error.
  init(of name: String, _ isAbandoned: @escaping InputFile.IsAbandoned) {
    self.name = name
    self.isAbandoned = isAbandoned
  }

  /// Throws once nobody wants the score.
  func check() throws(ScoreError) {
    if isAbandoned() {
      throw ScoreError(
        fileName: name, problem: InputFile.Failure.abandoned.problem(expecting: "a score"))
    }
  }
}
