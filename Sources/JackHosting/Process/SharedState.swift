// Thread: audio ⇄ setup

import Synchronization

/// What the audio thread and the others tell each other, apart from events.
struct SharedState: ~Copyable {
  /// Who runs the plugin, or keeps it from being run.
  let isTaken = Atomic<Bool>(false)
  /// Whether the server runs as fast as it can.
  let isFreewheeling = Atomic<Bool>(false)
  /// Whether the plugin rests until the transport rolls.
  let isWaiting = Atomic<Bool>(false)
  /// Times that the server was late since the start.
  let xrunCount = Atomic<Int>(0)
  /// Events that found no room.
  let lostCount = Atomic<Int>(0)
  /// How often ports and connections have come and gone.
  let graphChangeCount = Atomic<Int>(0)
  /// How often the server has asked for latencies.
  let latencyRequestCount = Atomic<Int>(0)
  /// Whether the server has gone.
  let isGone = Atomic<Bool>(false)
}
