// Thread: worker

import DivisiAlignment
import DivisiEngine

/// Live: the score is aligned with the last seconds again and again, and held where it is lost.
extension WorkerSide {
  /// The score is held when it has been lost for so long, in seconds.
  private static let patienceSeconds = 3.0

  func follow(
    _ task: ListeningTask, _ score: HeardScore, by instrument: Instrument, offsetSeconds: Double
  ) {
    let (last, lostSince) = content.withLock { ($0.live, $0.lostSince) }
    let end = task.heard.upperBound
    let isHeld = lostSince.map { end - $0 > Self.patienceSeconds } ?? false
    let outcome = task.follow(
      score, by: instrument, before: isHeld ? nil : last, offsetSeconds: offsetSeconds)
    guard case .aligned(let found, let verdict) = outcome else {
      lose(last, since: lostSince ?? end, at: end, of: score.key)
      return
    }
    play(found, of: score.key, lostSince: nil)
    if last == nil || isHeld { say(nil, "the score is found, and followed") }
    show(found.isHeld ? .doubtful : verdict.judgement)
  }

  private func lose(_ last: HeardAlignment?, since start: Double, at end: Double, of key: UInt64) {
    guard let last else {
      show(.notThisPiece)
      return
    }
    content.withLock { $0.lostSince = start }
    show(.doubtful)
    guard end - start > Self.patienceSeconds else { return }
    play(last.held(at: end), of: key, lostSince: start)
    say(nil, "the score is lost, and held where it was")
  }

  private func play(_ alignment: HeardAlignment, of key: UInt64, lostSince: Double?) {
    preparation.withLock { preparation in
      let (isCurrent, isFirst) = content.withLock { content in
        guard content.following == .live, content.score.heard.key == key else {
          return (false, false)
        }
        // A stream that a state asks for comes by itself.
        let isFirst = content.live == nil && !content.awaitsStream
        content.live = alignment
        content.lostSince = lostSince
        publishPlaces(content)
        return (true, isFirst)
      }
      guard isCurrent else { return }
      // What was learnt from notes in wrong places is not worth keeping.
      if isFirst { rebuild(&preparation) } else { publishScore() }
    }
  }
}

extension StreamSettings {
  /// Notes may be this much earlier or later than a follower says, in seconds.
  private static let followerTolerance = 0.1

  /// Tolerates what a follower is off by.
  mutating func adaptToFollower() {
    separation.toleranceSeconds = max(separation.toleranceSeconds, Self.followerTolerance)
  }
}
