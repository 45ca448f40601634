// Thread: audio

import Synchronization

/// The host's requests on their way to the worker: one place for each kind, from which it goes into
/// the queue as soon as there is room.
///
/// A path that comes while an older one of its kind still waits takes its place: the newest holds
/// anyway.
struct Outbox: ~Copyable {
  private let channels: Channels
  private var score = PendingText(.score)
  private var modelFile = PendingText(.modelFile)
  private var get = PendingText(.get)
  private var tell = PendingText(.tell)

  init(_ channels: Channels) { self.channels = channels }

  /// Takes a request; a text that is too long for any path is none.
  @_noLocks
  mutating func add(
    _ subject: TextRing.Subject, _ text: UnsafePointer<UInt8>? = nil, count: Int = 0
  ) {
    switch subject {
    case .score: score.put(text, count: count)
    case .modelFile: modelFile.put(text, count: count)
    case .tell: tell.put(text, count: count)
    default: get.put(text, count: count)
    }
  }

  /// Sends what there is room for.
  ///
  /// - Returns: whether anything was sent.
  @_noLocks
  mutating func send() -> Bool {
    let requests = channels.requests
    let (hasSentScore, hasSentModel) = (score.send(requests), modelFile.send(requests))
    let (hasSentGet, hasSentTell) = (get.send(requests), tell.send(requests))
    let overflows =
      score.takeOverflow() &+ modelFile.takeOverflow() &+ get.takeOverflow() &+ tell.takeOverflow()
    if overflows > 0 {
      _ = channels.flags.pointee.overflows.add(overflows, ordering: .relaxed)
    }
    return hasSentScore || hasSentModel || hasSentGet || hasSentTell
  }
}
