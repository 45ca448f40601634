// Thread: setup

import JackHosting
import LV2Hosting

/// A score that the plugin has been told to use, until it is known what it makes of it.
struct ScoreRequest {
  /// As the plugin knows it.
  let path: String
  /// What was in use before.
  let before: String?
  /// When it is no longer to be expected that the plugin says anything.
  let end: ContinuousClock.Instant
  /// Takes what is wrong with it, or nil.
  let answer: (String?) -> Void

  /// As long as somebody may be expected to look at a page that is sending a score.
  static let timeout = Duration.seconds(30)
}

/// Scores that are only kept if the plugin can read them.
extension Session {
  /// Goes over to another score, and says in time what has become of it.
  ///
  /// A plugin that reads a file tells its property's new value; if it cannot, it says so in its log. Of one that does
  /// neither nothing is known, and nothing is said against it.
  func select(score path: String, answer: @escaping (String?) -> Void) {
    let before = score
    do {
      let resolved = try absolutePath(path)
      try select(score: path)
      scoreRequests.append(
        ScoreRequest(
          path: resolved, before: before, end: .now + ScoreRequest.timeout, answer: answer))
    } catch {
      answer("\(error)")
    }
  }

  /// Judges scores by what the plugin has said.
  ///
  /// - Parameters:
  ///   - values: the values of properties that it has told.
  ///   - messages: what is new in its log.
  func judgeScores(_ values: [String], _ messages: [HostLog.Message]) {
    guard !scoreRequests.isEmpty else { return }
    let requests = scoreRequests
    scoreRequests = []
    for request in requests {
      let problem = messages.first { $0.kind.hasSuffix("#Error") && $0.text.contains(request.path) }
      if let problem {
        score = request.before
        request.answer(problem.text)
      } else if values.contains(request.path) || request.end < .now {
        request.answer(nil)
      } else {
        scoreRequests.append(request)
      }
    }
  }

  /// Lets nobody wait for what will not come.
  func dismissScores() {
    for request in scoreRequests { request.answer("the session is over") }
    scoreRequests = []
  }
}
