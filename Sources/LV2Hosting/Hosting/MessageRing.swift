internal import Synchronization

/// Messages of bytes from one thread to another, without locks.
///
/// - Thread: one writes, one reads; both are real-time safe.
final class MessageRing: @unchecked Sendable {
  private let bytes: UnsafeMutableRawPointer
  /// The reader's copy of a message, in one piece.
  private let scratch: UnsafeMutableRawPointer
  private let capacity: Int
  /// Bytes written and read since the beginning; their difference is what waits.
  private let written = Atomic<Int>(0), read = Atomic<Int>(0)

  init(capacity: Int) {
    self.capacity = capacity
    bytes = .allocate(byteCount: capacity, alignment: 8)
    scratch = .allocate(byteCount: capacity, alignment: 8)
  }

  deinit {
    bytes.deallocate()
    scratch.deallocate()
  }

  /// Adds a message, or returns false if there is no room.
  func write(_ message: UnsafeRawBufferPointer) -> Bool {
    let start = written.load(ordering: .relaxed)
    let size = message.count + 4
    guard start - read.load(ordering: .acquiring) + size <= capacity else { return false }
    withUnsafeBytes(of: UInt32(message.count)) { put($0, at: start) }
    put(message, at: start + 4)
    written.store(start + size, ordering: .releasing)
    return true
  }

  /// Takes the oldest message, which is there until the next call; nil if there is none.
  func next() -> UnsafeRawBufferPointer? {
    let start = read.load(ordering: .relaxed)
    guard written.load(ordering: .acquiring) > start else { return nil }
    take(4, at: start)
    let size = Int(scratch.load(as: UInt32.self))
    take(size, at: start + 4)
    read.store(start + 4 + size, ordering: .releasing)
    return UnsafeRawBufferPointer(start: scratch, count: size)
  }

  private func put(_ source: UnsafeRawBufferPointer, at position: Int) {
    guard let base = source.baseAddress else { return }
    let offset = position % capacity
    let first = min(source.count, capacity - offset)
    (bytes + offset).copyMemory(from: base, byteCount: first)
    bytes.copyMemory(from: base + first, byteCount: source.count - first)
  }

  private func take(_ count: Int, at position: Int) {
    let offset = position % capacity
    let first = min(count, capacity - offset)
    scratch.copyMemory(from: bytes + offset, byteCount: first)
    (scratch + first).copyMemory(from: bytes, byteCount: count - first)
  }
}
