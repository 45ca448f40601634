internal import Synchronization

/// A queue of messages of any length between two threads: one writes, one reads, and neither ever waits.
///
/// A message is a kind, a number and some bytes. In the ring it is a head of 16 bytes and its bytes,
/// rounded up to another 16, so that heads never reach over the ring's end; bytes that do are copied into
/// one piece when they are read. The ring owns its memory, which is allocated once; the two threads use
/// its ``view``.
///
/// - Thread: ``View/write(_:number:_:count:)`` and ``View/hasRoom(forCount:)`` on one thread, the rest on
///   one other; all real-time safe.
public struct MessageRing: ~Copyable, @unchecked Sendable {
  /// A message in the ring.
  public struct Message: BitwiseCopyable, @unchecked Sendable {
    /// What the two threads take it for, such as the type of the bytes.
    public let kind: UInt32
    /// Whatever goes beside the bytes.
    public let number: Int
    /// `count` of them, aligned to 16.
    public let bytes: UnsafeRawPointer
    /// How many bytes there are.
    public let count: Int
  }

  /// Both ends; valid as long as the ring.
  public let view: View

  /// - Parameter capacity: bytes that may wait, heads included; rounded up to a power of two.
  public init(capacity: Int) {
    let size = RingPositions.capacity(atLeast: max(capacity, View.unit))
    func allocate() -> UnsafeMutableRawPointer {
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: View.unit)
      bytes.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      return bytes
    }
    let positions = UnsafeMutablePointer<RingPositions>.allocate(capacity: 1)
    positions.initialize(to: RingPositions())
    view = View(bytes: allocate(), joined: allocate(), positions: positions, capacity: size)
  }

  deinit {
    view.bytes.deallocate()
    view.joined.deallocate()
    view.positions.deinitialize(count: 1)
    view.positions.deallocate()
  }

  /// What the two threads have of a ring.
  public struct View: @unchecked Sendable {
    fileprivate struct Head: BitwiseCopyable {
      let kind: UInt32
      let count: UInt32
      let number: Int
    }

    /// Length of a head, and what lengths are rounded up to.
    fileprivate static var unit: Int {
      @_noLocks get { 16 }
    }

    fileprivate let bytes: UnsafeMutableRawPointer
    /// The reader's copy of a message that reaches over the end.
    fileprivate let joined: UnsafeMutableRawPointer
    fileprivate let positions: UnsafeMutablePointer<RingPositions>
    fileprivate let capacity: Int

    /// Bytes that a message takes in the ring.
    @_noLocks
    private func size(forCount count: Int) -> Int {
      Self.unit &+ ((count &+ Self.unit &- 1) & (0 &- Self.unit))
    }

    /// Whether a message of so many bytes finds room now; for the writing thread.
    @_noLocks
    public func hasRoom(forCount count: Int) -> Bool {
      let waiting =
        positions.pointee.written.load(ordering: .relaxed)
        &- positions.pointee.read.load(ordering: .acquiring)
      return count >= 0 && count < capacity && size(forCount: count) <= capacity &- waiting
    }

    /// Appends a message.
    ///
    /// - Parameter message: `count` bytes; it may be nil if there are none.
    /// - Returns: false if there is no room, and then nothing has happened.
    @_noLocks
    public func write(
      _ kind: UInt32, number: Int = 0, _ message: UnsafeRawPointer? = nil, count: Int = 0
    ) -> Bool {
      guard hasRoom(forCount: count) else { return false }
      let start = positions.pointee.written.load(ordering: .relaxed)
      bytes.storeBytes(
        of: Head(kind: kind, count: UInt32(truncatingIfNeeded: count), number: number),
        toByteOffset: place(start), as: Head.self)
      if let message {
        let place = place(start &+ Self.unit)
        let first = min(count, capacity &- place)
        (bytes + place).copyMemory(from: message, byteCount: first)
        bytes.copyMemory(from: message + first, byteCount: count &- first)
      }
      positions.pointee.written.store(start &+ size(forCount: count), ordering: .releasing)
      return true
    }

    /// The oldest message, whose bytes are there until ``removeFirst()``; nil if there is none.
    public var first: Message? {
      @_noLocks get {
        let start = positions.pointee.read.load(ordering: .relaxed)
        guard start != positions.pointee.written.load(ordering: .acquiring) else { return nil }
        let head = bytes.load(fromByteOffset: place(start), as: Head.self)
        let count = Int(truncatingIfNeeded: head.count)
        let place = place(start &+ Self.unit)
        let first = min(count, capacity &- place)
        var message = UnsafeRawPointer(bytes + place)
        if first < count {
          joined.copyMemory(from: bytes + place, byteCount: first)
          (joined + first).copyMemory(from: bytes, byteCount: count &- first)
          message = UnsafeRawPointer(joined)
        }
        return Message(kind: head.kind, number: head.number, bytes: message, count: count)
      }
    }

    /// Whether nothing waits; for the reading thread.
    public var isEmpty: Bool {
      @_noLocks get {
        positions.pointee.read.load(ordering: .relaxed)
          == positions.pointee.written.load(ordering: .acquiring)
      }
    }

    /// Makes room in the place of the oldest message; there must be one.
    @_noLocks
    public func removeFirst() {
      let start = positions.pointee.read.load(ordering: .relaxed)
      let head = bytes.load(fromByteOffset: place(start), as: Head.self)
      positions.pointee.read.store(
        start &+ size(forCount: Int(truncatingIfNeeded: head.count)), ordering: .releasing)
    }

    @_noLocks
    private func place(_ position: Int) -> Int { position & (capacity &- 1) }
  }
}
