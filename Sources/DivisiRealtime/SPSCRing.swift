public import Synchronization

/// A queue of values between two threads: one writes, one reads, and neither ever waits.
///
/// It owns its memory, which is allocated once; the two threads use its ``view``.
///
/// - Thread: ``View/write(_:)`` on one thread, ``View/read()`` on one other; both real-time safe.
public struct SPSCRing<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  /// Both ends; valid as long as the ring.
  public let view: View

  /// - Parameter capacity: how many elements may wait; rounded up to a power of two.
  public init(capacity: Int, filledWith element: Element) {
    let count = RingPositions.capacity(atLeast: capacity)
    let elements = UnsafeMutablePointer<Element>.allocate(capacity: count)
    elements.initialize(repeating: element, count: count)
    let positions = UnsafeMutablePointer<RingPositions>.allocate(capacity: 1)
    positions.initialize(to: RingPositions())
    view = View(elements: elements, positions: positions, mask: count - 1)
  }

  deinit {
    view.positions.deinitialize(count: 1)
    view.positions.deallocate()
    view.elements.deallocate()
  }

  /// What the two threads have of a ring.
  public struct View: @unchecked Sendable {
    @usableFromInline let elements: UnsafeMutablePointer<Element>
    @usableFromInline let positions: UnsafeMutablePointer<RingPositions>
    @usableFromInline let mask: Int

    fileprivate init(
      elements: UnsafeMutablePointer<Element>, positions: UnsafeMutablePointer<RingPositions>,
      mask: Int
    ) {
      self.elements = elements
      self.positions = positions
      self.mask = mask
    }

    /// Appends an element.
    ///
    /// - Returns: false if the ring is full, and then nothing has happened.
    @inlinable
    public func write(_ element: Element) -> Bool {
      let written = positions.pointee.written.load(ordering: .relaxed)
      guard written &- positions.pointee.read.load(ordering: .acquiring) <= mask else {
        return false
      }
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
}
