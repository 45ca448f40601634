// Thread: audio ⇄ worker

import DivisiRealtime
import Mosaics
import Synchronization

/// All that passes between the two threads of a mosaic; valid as long as the ``MosaicChannelStorage``.
struct MosaicChannels: @unchecked Sendable {
  struct Flags: ~Copyable {
    /// The recording that answers; one without sound where there is none.
    let sources = SnapshotExchange<LiveMosaicSource>()
    /// Whether a recording is being read.
    let isReading = Atomic<Bool>(false)
    /// Whether there are replies that wait for room.
    let hasBacklog = Atomic<Bool>(false)
  }

  let flags: UnsafeMutablePointer<Flags>
  /// What the host has requested by events and controls.
  let requests: TextRing
  /// What goes to the host's event port.
  let replies: TextRing
}

/// Owns what the ``MosaicChannels`` of an instance lie in.
struct MosaicChannelStorage: ~Copyable {
  let channels: MosaicChannels

  private let requests = TextRing.ring(capacity: 16)
  private let replies = TextRing.ring(capacity: 16)

  init() {
    let flags = UnsafeMutablePointer<MosaicChannels.Flags>.allocate(capacity: 1)
    flags.initialize(to: MosaicChannels.Flags())
    channels = MosaicChannels(
      flags: flags, requests: TextRing(requests), replies: TextRing(replies))
  }

  deinit {
    channels.flags.deinitialize(count: 1)
    channels.flags.deallocate()
  }
}
