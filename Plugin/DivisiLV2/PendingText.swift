// Thread: audio

/// A request of one kind on its way to the worker: the newest of those that wait for room.
struct PendingText: ~Copyable {
  private let subject: TextRing.Subject
  private let text: UnsafeMutablePointer<UInt8>
  /// Bytes of the text that waits; −1 if none does.
  private var count = -1
  /// Whether it has found the queue full, and whether anybody was told.
  private var isLate = false
  private var overflow = 0

  init(_ subject: TextRing.Subject) {
    self.subject = subject
    text = .allocate(capacity: TextRing.maximumCount)
  }

  deinit { text.deallocate() }

  /// Takes a request; a text that is too long for any path is none.
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

  /// Sends it if there is room.
  ///
  /// - Returns: whether anything was sent.
  @_noLocks
  mutating func send(_ requests: TextRing) -> Bool {
    guard count >= 0 else { return false }
    let isSent = requests.write(subject, text, count: count)
    if isSent {
      count = -1
    } else if !isLate {
      overflow = 1
    }
    isLate = !isSent
    return isSent
  }

  /// 1 if it has found the queue full since this was last asked, else 0.
  @_noLocks
  mutating func takeOverflow() -> Int {
    let result = overflow
    overflow = 0
    return result
  }
}
