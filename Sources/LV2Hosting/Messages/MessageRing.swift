internal import Synchronization

/// Messages of bytes from one thread to another, without locks; each has a number beside its bytes.
///
/// The storage is allocated once and freed by ``deallocate()``; copies of the struct are the same
/// ring.
///
/// - Thread: one writes, one reads; both are real-time safe.
public struct MessageRing: @unchecked Sendable {
  private struct Positions: ~Copyable {
    /// Bytes written and read since the beginning; their difference is what waits.
    let written = Atomic<Int>(0), read = Atomic<Int>(0)
  }

  private let bytes: UnsafeMutableRawPointer
  /// The reader's copy of a message, in one piece, and the heads of messages on their way.
  private let scratch: UnsafeMutableRawPointer
  private let readHead: UnsafeMutablePointer<UInt32>, writtenHead: UnsafeMutablePointer<UInt32>
  private let positions: UnsafeMutablePointer<Positions>
  private let capacity: Int
  private static var headSize: Int {
    @_noLocks get { 8 }
  }

  /// - Parameter capacity: bytes that may wait, with eight more for each message.
  public init(capacity: Int) {
    self.capacity = capacity
    bytes = .allocate(byteCount: capacity, alignment: 8)
    scratch = .allocate(byteCount: capacity, alignment: 8)
    readHead = .allocate(capacity: 2)
    writtenHead = .allocate(capacity: 2)
    readHead.initialize(repeating: 0, count: 2)
    writtenHead.initialize(repeating: 0, count: 2)
    positions = .allocate(capacity: 1)
    positions.initialize(to: Positions())
  }

  /// Frees the storage; the ring must not be used any more.
  public func deallocate() {
    bytes.deallocate()
    scratch.deallocate()
    readHead.deallocate()
    writtenHead.deallocate()
    positions.deinitialize(count: 1)
    positions.deallocate()
  }

  /// Adds a message, or returns false if there is no room.
  ///
  /// - Parameters:
  ///   - number: whatever the two threads take it for, such as the type of the bytes.
  ///   - message: `count` bytes; it may be nil if there are none.
  @_noLocks
  public func write(_ number: UInt32, _ message: UnsafeRawPointer?, count: Int) -> Bool {
    let start = positions.pointee.written.load(ordering: .relaxed)
    let size = count &+ Self.headSize
    guard count >= 0, start &- positions.pointee.read.load(ordering: .acquiring) &+ size <= capacity
    else { return false }
    writtenHead[0] = UInt32(truncatingIfNeeded: count)
    writtenHead[1] = number
    put(UnsafeRawPointer(writtenHead), count: Self.headSize, at: start)
    if let message { put(message, count: count, at: start &+ Self.headSize) }
    positions.pointee.written.store(start &+ size, ordering: .releasing)
    return true
  }

  /// Takes the oldest message, whose bytes are there until the next call; nil if there is none.
  @_noLocks
  public func next() -> (number: UInt32, message: UnsafeRawPointer, count: Int)? {
    let start = positions.pointee.read.load(ordering: .relaxed)
    guard positions.pointee.written.load(ordering: .acquiring) > start else { return nil }
    take(UnsafeMutableRawPointer(readHead), count: Self.headSize, at: start)
    let count = Int(truncatingIfNeeded: readHead[0])
    take(scratch, count: count, at: start &+ Self.headSize)
    positions.pointee.read.store(start &+ Self.headSize &+ count, ordering: .releasing)
    return (readHead[1], UnsafeRawPointer(scratch), count)
  }

  @_noLocks
  private func put(_ source: UnsafeRawPointer, count: Int, at position: Int) {
    let offset = position % capacity
    let first = min(count, capacity &- offset)
    (bytes + offset).copyMemory(from: source, byteCount: first)
    bytes.copyMemory(from: source + first, byteCount: count &- first)
  }

  @_noLocks
  private func take(_ target: UnsafeMutableRawPointer, count: Int, at position: Int) {
    let offset = position % capacity
    let first = min(count, capacity &- offset)
    target.copyMemory(from: bytes + offset, byteCount: first)
    (target + first).copyMemory(from: bytes, byteCount: count &- first)
  }
}
