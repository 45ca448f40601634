// Thread: audio ⇄ worker

import Synchronization

/// A queue of short texts between two threads, in memory that is allocated once; copies are the same
/// queue.
///
/// - Thread: ``write(_:_:number:count:)`` on one thread, ``first`` and ``removeFirst()`` on one other;
///   all real-time safe.
struct TextRing: @unchecked Sendable {
  /// What a text is.
  enum Subject: UInt8, BitwiseCopyable {
    case score, modelFile, message
    /// The number of a score slot; no text.
    case slot
    /// The number of channels, and as bytes the values of the controls that shape a stream.
    case settings
    /// A request for the values of all subjects; no text.
    case get
  }

  /// A text in the queue, which stays until it is removed.
  struct Entry: BitwiseCopyable {
    let subject: Subject
    let number: Int
    /// UTF-8 without a zero at the end.
    let bytes: UnsafePointer<UInt8>
    let count: Int
  }

  private struct Head: BitwiseCopyable {
    var subject: Subject
    var number: Int
    var count: Int
  }

  private struct Positions: ~Copyable {
    let written = Atomic<Int>(0)
    let read = Atomic<Int>(0)
  }

  /// No text is longer: the longest path that Linux takes.
  static var maximumCount: Int {
    @_noLocks get { 4095 }
  }

  private let capacity: Int
  private let heads: UnsafeMutablePointer<Head>
  private let bytes: UnsafeMutablePointer<UInt8>
  private let positions: UnsafeMutablePointer<Positions>

  /// - Parameter capacity: how many texts may wait.
  init(capacity: Int) {
    self.capacity = capacity
    heads = .allocate(capacity: capacity)
    heads.initialize(repeating: Head(subject: .get, number: 0, count: 0), count: capacity)
    bytes = .allocate(capacity: capacity * (Self.maximumCount + 1))
    bytes.initialize(repeating: 0, count: capacity * (Self.maximumCount + 1))
    positions = .allocate(capacity: 1)
    positions.initialize(to: Positions())
  }

  func deallocate() {
    heads.deallocate()
    bytes.deallocate()
    positions.deinitialize(count: 1)
    positions.deallocate()
  }

  /// Appends a text.
  ///
  /// - Returns: false if the queue is full or the text too long, and then nothing has happened.
  @_noLocks
  func write(
    _ subject: Subject, _ text: UnsafePointer<UInt8>? = nil, number: Int = 0, count: Int = 0
  ) -> Bool {
    let written = positions.pointee.written.load(ordering: .relaxed)
    guard written &- positions.pointee.read.load(ordering: .acquiring) < capacity,
      count <= Self.maximumCount
    else { return false }
    let place = written % capacity
    heads[place] = Head(subject: subject, number: number, count: count)
    if let text {
      let target = bytes + place &* (Self.maximumCount &+ 1)
      var index = 0
      while index < count {
        target[index] = text[index]
        index &+= 1
      }
    }
    positions.pointee.written.store(written &+ 1, ordering: .releasing)
    return true
  }

  /// The oldest text; nil if there is none.
  var first: Entry? {
    @_noLocks get {
      let read = positions.pointee.read.load(ordering: .relaxed)
      guard read != positions.pointee.written.load(ordering: .acquiring) else { return nil }
      let place = read % capacity
      return Entry(
        subject: heads[place].subject, number: heads[place].number,
        bytes: UnsafePointer(bytes + place &* (Self.maximumCount &+ 1)), count: heads[place].count)
    }
  }

  /// Whether nothing waits; for the reading thread.
  var isEmpty: Bool {
    @_noLocks get {
      positions.pointee.read.load(ordering: .relaxed)
        == positions.pointee.written.load(ordering: .acquiring)
    }
  }

  /// Whether nothing more can be written now; for the writing thread.
  var isFull: Bool {
    @_noLocks get {
      positions.pointee.written.load(ordering: .relaxed)
        &- positions.pointee.read.load(ordering: .acquiring) >= capacity
    }
  }

  /// Makes room for another text in the place of the oldest.
  @_noLocks
  func removeFirst() {
    _ = positions.pointee.read.add(1, ordering: .releasing)
  }
}
