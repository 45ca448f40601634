// Thread: setup

import JackHosting
import Terminal

extension Session {
  /// The score that was asked for last, unless the plugin has refused it; nil before.
  var score: String? { scores.current }

  /// Whether the plugin rests until the transport rolls.
  var isWaiting: Bool { client?.isWaiting ?? false }

  /// Goes over to another score.
  ///
  /// - Parameter answer: takes in time what has become of it.
  /// - Throws: if the plugin cannot even be told of it; then there is no other answer.
  func select(score path: String, answer: @escaping (ScoreChoice.Outcome) -> Void) throws {
    let resolved = try absolutePath(path)
    try hosted.setScore(path)
    scores.ask(for: path, at: resolved, answer: answer)
    changeCount += 1
  }

  /// Goes over to another score, and says so in words once the plugin has read it.
  func select(
    score path: String, later: @escaping (Result<[String], Failure>) -> Void
  ) throws -> [String] {
    let isLate = isWaiting
    try select(score: path) { outcome in
      switch outcome {
      case .used: if !isLate { later(.success(["score \(path)"])) }
      case .refused(let problem): later(.failure(Failure(problem)))
      case .unknown:
        if !isLate { later(.success(["score \(path) (the plugin has not confirmed it)"])) }
      }
    }
    return isLate ? ["score \(path) (will be read when the transport rolls)"] : []
  }

  /// Goes over to a score that is kept only if the plugin can read it, and says in time whether that is so.
  ///
  /// - Parameter answer: takes what is wrong with it, or nil.
  func select(upload path: String, answer: @escaping (String?) -> Void) {
    do {
      // Nobody waits that long for an answer.
      guard !isWaiting else {
        throw Failure("the plugin is idle until the transport rolls (--wait); send the score then")
      }
      try select(score: path) { outcome in
        if case .refused(let problem) = outcome { answer(problem) } else { answer(nil) }
      }
    } catch {
      answer("\(error)")
    }
  }
}
