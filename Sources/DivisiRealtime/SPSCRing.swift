public import Synchronization

/// A queue between two threads: one writes, one reads, and neither ever waits.
///
/// The storage is allocated once and freed by ``deallocate()``; copies of the struct are the same
/// queue.
///
/// - Thread: ``write(_:)`` on one thread, ``read()`` on one other; both real-time safe.
public struct SPSCRing<Element: BitwiseCopyable>: @unchecked Sendable {
  @usableFromInline struct Positions: ~Copyable {
    @usableFromInline let written = Atomic<Int>(0)
    @usableFromInline let read = Atomic<Int>(0)
    @usableFromInline init() {}
  }

  @usableFromInline let elements: UnsafeMutablePointer<Element>
  @usableFromInline let positions: UnsafeMutablePointer<Positions>
  @usableFromInline let mask: Int

  /// - Parameter capacity: how many elements may wait; rounded up to a power of two.
  public init(capacity: Int, filledWith element: Element) {
    var count = 1
    while count < capacity { count *= 2 }
    elements = .allocate(capacity: count)
    elements.initialize(repeating: element, count: count)
    positions = .allocate(capacity: 1)
    positions.initialize(to: Positions())
    mask = count - 1
  }

  /// Frees the storage; the ring must not be used any more.
  public func deallocate() {
    positions.deinitialize(count: 1)
    positions.deallocate()
    elements.deallocate()
  }

  /// Appends an element.
  ///
  /// - Returns: false if the ring is full, and then nothing has happened.
  @inlinable
  public func write(_ element: Element) -> Bool {
    let written = positions.pointee.written.load(ordering: .relaxed)
    guard written &- positions.pointee.read.load(ordering: .acquiring) <= mask else { return false }
    elements[written & mask] = element
    positions.pointee.written.store(written &+ 1, ordering: .releasing)
    return true
  }

  /// Takes the oldest element; nil if there is none.
  @inlinable
  public func read() -> Element? {
    let read = positions.pointee.read.load(ordering: .relaxed)
    guard read != positions.pointee.written.load(ordering: .acquiring) else { return nil }
    let element = elements[read & mask]
    positions.pointee.read.store(read &+ 1, ordering: .releasing)
    return element
  }
}
