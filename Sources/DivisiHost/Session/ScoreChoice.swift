// Thread: setup

/// Which score is in use. What is asked for counts at once; if the plugin refuses it, what it used before counts again.
///
/// A plugin that reads a file tells its property's new value; if it cannot, it says so in its log. Of one that does
/// neither nothing is known, and nothing is said against the score.
final class ScoreChoice {
  /// What has become of a score.
  enum Outcome: Equatable {
    /// The plugin has read it.
    case used
    /// It has not, and says why.
    case refused(String)
    /// It has not said anything, and may be using it.
    case unknown
  }

  private struct Request {
    /// As it was asked for, and as the plugin knows it.
    let text: String, path: String
    /// When it is no longer to be expected that the plugin says anything.
    var end: ContinuousClock.Instant
    let answer: (Outcome) -> Void
  }

  /// What was asked for last and not refused, in the words of whoever asked; nil before.
  private(set) var current: String?
  /// What the plugin has not refused.
  private var used: String?
  /// What the plugin has not yet said anything of.
  private var requests: [Request] = []

  /// As long as somebody may be expected to look at a page that is sending a score.
  static let timeout = Duration.seconds(30)

  /// The plugin has one from the beginning.
  func begin(with text: String?) { (current, used) = (text, text) }

  /// The plugin has been told to use another.
  ///
  /// - Parameters:
  ///   - text: what was asked for.
  ///   - path: what the plugin was told.
  ///   - answer: takes in time what has become of it.
  func ask(
    for text: String, at path: String, time: ContinuousClock.Instant = .now,
    answer: @escaping (Outcome) -> Void
  ) {
    current = text
    requests.append(Request(text: text, path: path, end: time + Self.timeout, answer: answer))
  }

  /// Judges scores by what the plugin has said.
  ///
  /// - Parameters:
  ///   - values: the values of properties that it has told.
  ///   - errors: what it has called errors in its log.
  ///   - isWaiting: whether it rests and so says nothing, however long that takes.
  func judge(
    values: [String], errors: [String], isWaiting: Bool, time: ContinuousClock.Instant = .now
  ) {
    let asked = requests
    requests = []
    for var request in asked {
      if let problem = errors.first(where: { $0.contains(request.path) }) {
        if current == request.text { current = used }
        request.answer(.refused(problem))
      } else if values.contains(request.path) {
        used = request.text
        request.answer(.used)
      } else if isWaiting {
        request.end = time + Self.timeout
        requests.append(request)
      } else if request.end < time {
        if current == request.text { used = request.text }
        request.answer(.unknown)
      } else {
        requests.append(request)
      }
    }
  }

  /// Lets nobody wait for what will not come. Nothing is known against these scores, and the plugin may be using them.
  func dismiss() {
    for request in requests { request.answer(.unknown) }
    requests = []
  }
}
