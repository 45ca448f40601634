// Thread: audio ⇄ worker

import DivisiRealtime
import Synchronization

/// All that passes between the audio thread and the worker; valid as long as the ``ChannelStorage``.
struct Channels: @unchecked Sendable {
  struct Flags: ~Copyable {
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
    /// How much later than the recording the score begins, as the controls say it: the bits of a `Double`.
    let offsetBits = Atomic<UInt64>(0)
    /// What the output `verdict` says.
    let verdict = Atomic<Int>(0)
    /// Whether a live score is held where it was lost.
    let isLost = Atomic<Bool>(false)
    /// When the first note of the score begins and the last one ends, in seconds of the score as it is played: the bits
    /// of a `Double`. Infinity and less where there is none.
    let scoreStartBits = Atomic<UInt64>(Double.infinity.bitPattern)
    let scoreEndBits = Atomic<UInt64>((-Double.infinity).bitPattern)
    /// How many samples there have been since there was a score, if notes are to come from one.
    let scorelessCount = Atomic<Int>(0)
    /// Whether somebody looks at the plugin's own window.
    let isWatched = Atomic<Bool>(false)
    /// Messages for it that are in the queue of replies.
    let waitingTales = Atomic<Int>(0)
    /// Where in the score the recording is.
    let places = SnapshotExchange<ScorePlaces>()
  }

  let flags: UnsafeMutablePointer<Flags>
  /// Streams that have been built, in order.
  let streams: SPSCRing<StreamHandle?>.View
  /// The numbers of those that may be freed. It is never full: whoever makes a stream frees these
  /// first, and so there are never more than those in ``streams``, the two in use and the new one.
  let retired: SPSCRing<Int>.View
  /// What the host has requested by events and controls.
  let requests: TextRing
  /// What goes to the host's event port.
  let replies: TextRing
  /// What is heard: see ``SoundMessage``.
  let sound: MessageRing.View
}

/// What a message in ``Channels/sound`` is.
enum SoundMessage {
  /// Samples in mono, as floats; the number is the place of the first in the recording.
  static var samples: UInt32 {
    @_noLocks get { 0 }
  }
  /// The transport has stopped; no bytes.
  static var end: UInt32 {
    @_noLocks get { 1 }
  }
}

/// Owns what the ``Channels`` of an instance lie in.
struct ChannelStorage: ~Copyable {
  let channels: Channels

  private let streams: SPSCRing<StreamHandle?>
  private let retired: SPSCRing<Int>
  private let requests = TextRing.ring(capacity: 32)
  private let replies = TextRing.ring(capacity: 16)
  private let sound: MessageRing

  /// How many streams may wait to be adopted.
  private static let streamCount = 8
  /// Seconds of sound that may wait: twice the longest time between updates, and a third for one that takes long.
  private static let soundSeconds = 6.0

  init(sampleRate: Double) {
    sound = MessageRing(
      capacity: Int(Self.soundSeconds * sampleRate) * MemoryLayout<Float>.size)
    streams = SPSCRing(capacity: Self.streamCount, filledWith: nil)
    retired = SPSCRing(capacity: 2 * Self.streamCount, filledWith: 0)
    let flags = UnsafeMutablePointer<Channels.Flags>.allocate(capacity: 1)
    flags.initialize(to: Channels.Flags())
    channels = Channels(
      flags: flags, streams: streams.view, retired: retired.view, requests: TextRing(requests),
      replies: TextRing(replies), sound: sound.view)
  }

  deinit {
    channels.flags.deinitialize(count: 1)
    channels.flags.deallocate()
  }
}
