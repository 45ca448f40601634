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
  /// - Parameter answer: takes in time what is wrong with it, or nil.
  /// - Throws: if the plugin cannot even be told of it; then there is no other answer.
  func select(score path: String, answer: @escaping (String?) -> Void = { _ in }) throws {
    let resolved = try absolutePath(path)
    try hosted.setScore(path)
    scores.ask(for: path, at: resolved, answer: answer)
    changeCount += 1
  }

  /// Goes over to a score that is kept only if the plugin can read it, and says in time whether that is so.
  func select(upload path: String, answer: @escaping (String?) -> Void) {
    do {
      // Nobody waits that long for an answer.
      guard !isWaiting else {
        throw Failure("the plugin is idle until the transport rolls (--wait); send the score then")
      }
      try select(score: path, answer: answer)
    } catch {
      answer("\(error)")
    }
  }
}
