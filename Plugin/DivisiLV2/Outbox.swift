// Thread: audio

import Synchronization

/// The host's requests on their way to the worker: one place for each kind, from which it goes into
/// the queue as soon as there is room.
///
/// A path that comes while an older one of its kind still waits takes its place: the newest holds
/// anyway.
struct Outbox: ~Copyable {
  private let channels: Channels
  private var score = Slot(.score)
  private var modelFile = Slot(.modelFile)
  private var get = Slot(.get)
  private var tell = Slot(.tell)

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
    let hasSentScore = score.send(channels)
    let hasSentModel = modelFile.send(channels)
    let hasSentGet = get.send(channels)
    let hasSentTell = tell.send(channels)
    return hasSentScore || hasSentModel || hasSentGet || hasSentTell
  }

  /// A request of one kind.
  private struct Slot: ~Copyable {
    private let subject: TextRing.Subject
    private let text: UnsafeMutablePointer<UInt8>
    /// Bytes of the text that waits; −1 if none does.
    private var count = -1
    /// Whether it has found the queue full.
    private var isLate = false

    init(_ subject: TextRing.Subject) {
      self.subject = subject
      text = .allocate(capacity: TextRing.maximumCount)
    }

    deinit { text.deallocate() }

    @_noLocks
    mutating func put(_ source: UnsafePointer<UInt8>?, count: Int) {
      guard count <= TextRing.maximumCount else { return }
      self.count = count
      isLate = false
      guard let source else { return }
      var index = 0
      while index < count {
        text[index] = source[index]
        index &+= 1
      }
    }

    @_noLocks
    mutating func send(_ channels: Channels) -> Bool {
      guard count >= 0 else { return false }
      let isSent = channels.requests.write(subject, text, count: count)
      if isSent {
        count = -1
      } else if !isLate {
        _ = channels.flags.pointee.overflows.add(1, ordering: .relaxed)
      }
      isLate = !isSent
      return isSent
    }
  }
}
