internal import CLilv

/// The events of one block at an atom port: a buffer that the plugin is connected to.
///
/// Copies share the buffer, which `Instance` owns. Nothing here allocates, so the audio thread may
/// use it.
public struct AtomSequence {
  let buffer: UnsafeMutableRawPointer
  /// Bytes for events, after the header of the sequence.
  public let capacity: Int
  private let sequenceType: UInt32, chunkType: UInt32
  private static var headerSize: Int {
    @_noLocks get { MemoryLayout<LV2_Atom_Sequence>.size }
  }
  private static var eventSize: Int {
    @_noLocks get { MemoryLayout<LV2_Atom_Event>.size }
  }
  private static var unitSize: Int {
    @_noLocks get { MemoryLayout<LV2_Atom_Sequence>.size &- MemoryLayout<LV2_Atom>.size }
  }

  init(capacity: Int, urids: URIDMap) {
    self.capacity = capacity
    sequenceType = urids.map(LV2URI.sequence)
    chunkType = urids.map(LV2URI.chunk)
    buffer = .allocate(byteCount: Self.headerSize + capacity, alignment: 8)
    buffer.initializeMemory(as: UInt8.self, repeating: 0, count: Self.headerSize + capacity)
    clear()
  }

  func deallocate() { buffer.deallocate() }

  private var header: UnsafeMutablePointer<LV2_Atom_Sequence> {
    @_noLocks get { buffer.assumingMemoryBound(to: LV2_Atom_Sequence.self) }
  }

  /// Makes it a sequence without events.
  @_noLocks
  public func clear() {
    header.pointee.atom = LV2_Atom(size: UInt32(Self.unitSize), type: sequenceType)
    header.pointee.body = LV2_Atom_Sequence_Body(unit: 0, pad: 0)
  }

  /// Offers the plugin the whole buffer to write to.
  @_noLocks
  public func prepareForOutput() {
    header.pointee.atom = LV2_Atom(size: UInt32(Self.unitSize + capacity), type: chunkType)
  }

  /// Adds an event after those that are there.
  ///
  /// - Parameters:
  ///   - frame: samples from the start of the block; not before the last event's.
  ///   - message: what happens.
  /// - Returns: false if there is no room.
  @discardableResult
  public func append(at frame: Int, _ message: borrowing AtomMessage) -> Bool {
    message.body.withUnsafeBytes {
      append(at: frame, type: message.type, body: $0.baseAddress, count: $0.count)
    }
  }

  /// Adds an event whose body is given as bytes; it may be nil if there are none.
  @_noLocks
  @discardableResult
  public func append(at frame: Int, type: UInt32, body: UnsafeRawPointer?, count: Int) -> Bool {
    let used = Int(truncatingIfNeeded: header.pointee.atom.size) &- Self.unitSize
    let size = Self.eventSize &+ (count &+ 7) & ~7
    guard used &+ size <= capacity else { return false }
    let event = buffer + (Self.headerSize &+ used)
    event.storeBytes(of: Int64(truncatingIfNeeded: frame), as: Int64.self)
    event.storeBytes(of: UInt32(truncatingIfNeeded: count), toByteOffset: 8, as: UInt32.self)
    event.storeBytes(of: type, toByteOffset: 12, as: UInt32.self)
    if let body { (event + Self.eventSize).copyMemory(from: body, byteCount: count) }
    header.pointee.atom.size &+= UInt32(truncatingIfNeeded: size)
    return true
  }

  /// One event, and where the next one is.
  public struct Event {
    /// Samples from the start of the block.
    public let frame: Int
    /// The URID of its type.
    public let type: UInt32
    /// Its bytes, in the sequence's own memory.
    public let body: UnsafeRawPointer
    /// How many.
    public let count: Int
    fileprivate let end: Int
  }

  /// The event after another, or the first; nil after the last, or where the sequence makes no
  /// sense.
  @_noLocks
  public func next(after event: Event?) -> Event? {
    guard header.pointee.atom.type == sequenceType else { return nil }
    let end = min(Int(truncatingIfNeeded: header.pointee.atom.size) &- Self.unitSize, capacity)
    let offset = event?.end ?? 0
    guard offset &+ Self.eventSize <= end else { return nil }
    let start = buffer + (Self.headerSize &+ offset)
    let count = Int(truncatingIfNeeded: start.load(fromByteOffset: 8, as: UInt32.self))
    guard offset &+ Self.eventSize &+ count <= end else { return nil }
    return Event(
      frame: Int(truncatingIfNeeded: start.load(as: Int64.self)),
      type: start.load(fromByteOffset: 12, as: UInt32.self),
      body: UnsafeRawPointer(start + Self.eventSize), count: count,
      end: offset &+ Self.eventSize &+ (count &+ 7) & ~7)
  }

  /// All events, as messages.
  public var messages: [(frame: Int, message: AtomMessage)] {
    var result: [(Int, AtomMessage)] = []
    var event = next(after: nil)
    while let found = event {
      result.append((found.frame, AtomMessage(found)))
      event = next(after: found)
    }
    return result
  }
}

extension AtomMessage {
  init(_ event: AtomSequence.Event) {
    self.init(
      type: event.type, body: Array(UnsafeRawBufferPointer(start: event.body, count: event.count)))
  }
}
