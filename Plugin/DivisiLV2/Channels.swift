// Thread: audio ⇄ worker

import DivisiRealtime
import Synchronization

/// All that passes between the audio thread and the worker; copies are the same channels.
struct Channels: @unchecked Sendable {
  struct Flags: ~Copyable {
    /// Whether a call of `work` is under way that has not begun.
    let isWorkScheduled = Atomic<Bool>(false)
    /// Streams published.
    let publishedStreams = Atomic<Int>(0)
    /// Settings dealt with, whether or not a stream came of it.
    let servedSettings = Atomic<Int>(0)
  }

  let flags: UnsafeMutablePointer<Flags>
  let streams: SnapshotExchange<StreamSlot>
  /// What the host has asked for by events and controls.
  let requests: TextRing
  /// What the host is to be told there.
  let replies: TextRing

  init() {
    flags = .allocate(capacity: 1)
    flags.initialize(to: Flags())
    streams = SnapshotExchange()
    requests = TextRing(capacity: 8)
    replies = TextRing(capacity: 16)
  }

  /// Frees everything; no copy may be used any more.
  func deallocate() {
    flags.deinitialize(count: 1)
    flags.deallocate()
    streams.deallocate()
    requests.deallocate()
    replies.deallocate()
  }
}
