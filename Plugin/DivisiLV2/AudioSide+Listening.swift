// Thread: audio

import DivisiEngine
import Synchronization

/// Following: what is heard goes to the worker, which aligns the score with it.
extension AudioSide {
  /// Whether what comes in is of a recording that has a place: on the host's time, or live on any.
  private var hears: Bool {
    @_noLocks get {
      guard follow.sent != 0, placement.source == 0 else { return false }
      if placement.followsHost && transport.isHostRolling { return true }
      return follow.sent == 2 && now.isRolling
    }
  }

  /// Where the recording is.
  private var now: Transport.Position {
    @_noLocks get { transport.position(followsHost: placement.followsHost, offset: 0) }
  }

  /// Has the worker hear samples of the chunk that the main stream has done; all of them, where there is work,
  /// so that what it knows does not depend on the lengths of blocks.
  @_noLocks
  mutating func hear(from offset: Int, count: Int, channelCount: Int) {
    guard hears else {
      if hearing.isUnderWay { hearing.end() }
      return
    }
    let seconds = now.seconds
    // Before the beginning there is no recording.
    guard seconds >= 0, seconds < 1e9 else { return }
    channels.flags.pointee.offsetBits.store(
      placement.offsetSeconds.bitPattern, ordering: .releasing)
    hearing.add(
      UnsafePointer(constInputs), channelCount: channelCount, from: offset, count: count,
      at: Int(seconds * sampleRate + 0.5) &+ offset)
    if needsWork { hearing.send() }
  }

  /// Tells the host where the recording is in the score, and how well the two agree.
  @_noLocks
  func reportFollowing() {
    _ = channels.flags.pointee.places.user.adopt()
    var seconds = now.seconds - placement.offsetSeconds
    if let address = channels.flags.pointee.places.user.current {
      let places = Unmanaged<ScorePlaces>.fromOpaque(address)
      seconds = places._withUnsafeGuaranteedRef { $0.table }.score(at: seconds)
    }
    ports.report(Float(max(0, seconds)), map.scorePosition)
    ports.report(
      Float(channels.flags.pointee.verdict.load(ordering: .relaxed)), map.verdict)
  }
}
