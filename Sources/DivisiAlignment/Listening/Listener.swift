/// Hears a recording in passes, as a transport plays it, and says when there is enough new to align a score anew.
///
/// - Thread: one at a time; nothing here takes long.
public struct Listener: Sendable {
  private let heardRate: Double
  private var recording: HeardRecording
  /// Whether the transport has stopped or gone elsewhere since the last task.
  private var passHasEnded = false
  /// Whether the recording is followed while it is heard for the first time: tasks are then of its last seconds alone,
  /// and what lies before is forgotten.
  public var isLive = false
  /// Samples that were heard since the last task.
  private var freshCount = 0

  /// During a pass, so much has to be new, in seconds and as a share of what has been heard: the work of all tasks
  /// together stays a few times that of the last.
  private static let (newSeconds, newShare) = (10.0, 0.25)
  /// Live, tasks are due each time that so much is new, as soon as so much has been heard, and are of no more than
  /// this, in seconds: what is decided now was heard a look-ahead ago, and a window of the model before.
  private static let (stepSeconds, firstSeconds, liveSeconds) = (0.45, 5.0, 20.0)
  /// At the end of a pass, so much has to be new, and so much heard, in seconds.
  private static let (leastNewSeconds, leastSeconds) = (1.0, 4.0)

  /// - Parameter sampleRate: of what is heard, in hertz.
  public init(sampleRate: Double) {
    heardRate = sampleRate
    recording = HeardRecording(sampleRate: sampleRate)
  }

  /// Whether something was not kept because there was no room for more.
  public var isFull: Bool { recording.isFull }

  /// The most that is kept, in minutes.
  public static var limitMinutes: Int { Int(HeardRecording.limitSeconds / 60) }

  /// Takes samples in mono.
  ///
  /// - Parameter position: of the first one in the recording, in samples.
  public mutating func hear(_ samples: UnsafeBufferPointer<Float>, at position: Int) {
    if position != recording.end { endPass() }
    // Too little was new in the pass that has ended.
    if passHasEnded && !isDue { passHasEnded = false }
    recording.add(samples, at: position)
    freshCount += samples.count
  }

  /// Says that the transport has stopped.
  public mutating func endPass() { passHasEnded = true }

  /// Says that another score is to be aligned with what has been heard.
  public mutating func changeScore() {
    recording.makeAllNews()
    passHasEnded = true
  }

  /// Whether ``nextTask()`` has a task.
  public var isDue: Bool {
    if isLive {
      let latest = recording.latest(Int(Self.firstSeconds * recording.sampleRate))
      return Double(freshCount) >= Self.stepSeconds * heardRate
        && Double(latest.count) >= 0.99 * Self.firstSeconds * recording.sampleRate
    }
    let stretch = recording.longest
    let rate = recording.sampleRate
    let seconds = Double(stretch.count) / rate
    let new = Double(news(in: stretch).ranges.reduce(0) { $0 + $1.count }) / rate
    return passHasEnded
      ? new >= Self.leastNewSeconds && seconds >= Self.leastSeconds
      : new >= max(Self.newSeconds, Self.newShare * seconds)
  }

  private func news(in stretch: Range<Int>) -> RangeSet<Int> {
    recording.news.intersection(RangeSet(stretch))
  }

  /// What is to be aligned now; nil if nothing is due.
  ///
  /// - Complexity: O(samples heard).
  public mutating func nextTask() -> ListeningTask? {
    guard isDue else { return nil }
    if isLive { return nextLiveTask() }
    let stretch = recording.longest
    let news = news(in: stretch).ranges
    let rate = recording.sampleRate
    passHasEnded = false
    recording.forgetNews()
    return ListeningTask(
      samples: recording.samples(stretch), sampleRate: rate,
      startSeconds: Double(stretch.lowerBound) / rate,
      news: Double(news[0].lowerBound) / rate..<Double(news[news.count - 1].upperBound) / rate)
  }

  private mutating func nextLiveTask() -> ListeningTask {
    let rate = recording.sampleRate
    let stretch = recording.latest(Int(Self.liveSeconds * rate))
    freshCount = 0
    passHasEnded = false
    recording.forgetNews()
    recording.forget(before: stretch.lowerBound)
    let start = Double(stretch.lowerBound) / rate
    return ListeningTask(
      samples: recording.samples(stretch), sampleRate: rate, startSeconds: start,
      news: start..<Double(stretch.upperBound) / rate)
  }
}
