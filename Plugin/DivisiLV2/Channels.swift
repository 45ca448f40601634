// Thread: audio ⇄ worker

import DivisiRealtime
import Synchronization

/// All that passes between the audio thread and the worker; copies are the same channels.
struct Channels: @unchecked Sendable {
  struct Flags: ~Copyable {
    /// Whether a call of `work` is under way that has not begun.
    let isWorkScheduled = Atomic<Bool>(false)
    /// Settings dealt with, whether or not a stream came of it.
    let servedSettings = Atomic<Int>(0)
    /// Calls of `restore` that are under way, and states that they brought and no stream plays yet or
    /// ever did.
    let restoring = Atomic<Int>(0)
    let restoredStates = Atomic<Int>(0)
    /// Requests and replies that found their queue full, and went later.
    let overflows = Atomic<Int>(0)
    /// Whether there are replies that wait for room.
    let hasBacklog = Atomic<Bool>(false)
  }

  let flags: UnsafeMutablePointer<Flags>
  /// Streams that have been built, in order.
  let streams: SPSCRing<StreamHandle?>
  /// The numbers of those that may be freed: never more than there are streams.
  let returned: SPSCRing<Int>
  /// What the host has requested by events and controls.
  let requests: TextRing
  /// What goes to the host's event port.
  let replies: TextRing

  /// How many streams may wait to be adopted.
  private static let streamCount = 8

  init() {
    flags = .allocate(capacity: 1)
    flags.initialize(to: Flags())
    streams = SPSCRing(capacity: Self.streamCount, filledWith: nil)
    returned = SPSCRing(capacity: 2 * Self.streamCount, filledWith: 0)
    requests = TextRing(capacity: 32)
    replies = TextRing(capacity: 16)
  }

  /// Frees everything; no copy may be used any more.
  func deallocate() {
    flags.deinitialize(count: 1)
    flags.deallocate()
    streams.deallocate()
    returned.deallocate()
    requests.deallocate()
    replies.deallocate()
  }
}
