// Thread: audio

import DivisiControls
import Synchronization

extension AudioSide {
  /// A note that has ended rings on, and one that comes is heard as it begins, in seconds.
  private static var slackSeconds: Double {
    @_noLocks get { 1 }
  }

  /// Takes notice of a block without a score that there should be; after it.
  @_noLocks
  func countScoreless(_ state: ScoreState) {
    let flags = channels.flags
    let before = flags.pointee.scorelessCount.load(ordering: .relaxed)
    flags.pointee.scorelessCount.store(state == .none ? before &+ count : 0, ordering: .relaxed)
  }

  /// Where the sound is against the score.
  var scoreState: ScoreState {
    @_noLocks get {
      guard placement.source == 0 else { return .unused }
      let flags = channels.flags
      let start = Double(
        bitPattern: flags.pointee.scoreStartBits.load(ordering: .relaxed))
      let end = Double(bitPattern: flags.pointee.scoreEndBits.load(ordering: .relaxed))
      guard start <= end else { return .none }
      if flags.pointee.isLost.load(ordering: .relaxed) { return .lost }
      if flags.pointee.verdict.load(ordering: .relaxed) == 3 { return .notThisPiece }
      let seconds =
        transport.position(followsHost: placement.followsHost, offset: placement.offsetSeconds)
        .seconds
      if seconds < start - Self.slackSeconds { return .before }
      return seconds > end + Self.slackSeconds ? .past : .inside
    }
  }
}
