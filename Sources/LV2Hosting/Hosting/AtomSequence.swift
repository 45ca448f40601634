internal import CLilv

/// The events of one block at an atom port: a buffer that the plugin is connected to.
///
/// Copies share the buffer, which `Instance` owns. Nothing here allocates, so the audio thread may
/// use it.
public struct AtomSequence: @unchecked Sendable {
  let buffer: UnsafeMutableRawPointer
  /// Bytes for events, after the header of the sequence.
  public let capacity: Int
  private let sequenceType: UInt32, chunkType: UInt32
  private static let headerSize = MemoryLayout<LV2_Atom_Sequence>.size
  private static let eventSize = MemoryLayout<LV2_Atom_Event>.size
  private static let unitSize = headerSize - MemoryLayout<LV2_Atom>.size

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
    buffer.assumingMemoryBound(to: LV2_Atom_Sequence.self)
  }

  /// Makes it a sequence without events.
  public func clear() {
    header.pointee.atom = LV2_Atom(size: UInt32(Self.unitSize), type: sequenceType)
    header.pointee.body = LV2_Atom_Sequence_Body(unit: 0, pad: 0)
  }

  /// Offers the plugin the whole buffer to write to.
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
    message.body.withUnsafeBytes { append(at: frame, type: message.type, body: $0) }
  }

  /// Adds an event whose body is given as bytes.
  @discardableResult
  public func append(at frame: Int, type: UInt32, body: UnsafeRawBufferPointer) -> Bool {
    let used = Int(header.pointee.atom.size) - Self.unitSize
    let size = Self.eventSize + (body.count + 7) & ~7
    guard used + size <= capacity else { return false }
    let event = buffer + Self.headerSize + used
    event.storeBytes(of: Int64(frame), as: Int64.self)
    event.storeBytes(of: UInt32(body.count), toByteOffset: 8, as: UInt32.self)
    event.storeBytes(of: type, toByteOffset: 12, as: UInt32.self)
    if let base = body.baseAddress {
      (event + Self.eventSize).copyMemory(from: base, byteCount: body.count)
    }
    header.pointee.atom.size += UInt32(size)
    return true
  }

  /// Calls a closure with each event's frame, type and body, as far as the sequence makes sense.
  public func forEach(_ body: (Int, UInt32, UnsafeRawBufferPointer) -> Void) {
    guard header.pointee.atom.type == sequenceType else { return }
    let end = min(Int(header.pointee.atom.size) - Self.unitSize, capacity)
    var offset = 0
    while offset + Self.eventSize <= end {
      let event = buffer + Self.headerSize + offset
      let size = Int(event.load(fromByteOffset: 8, as: UInt32.self))
      guard offset + Self.eventSize + size <= end else { return }
      body(
        Int(event.load(as: Int64.self)), event.load(fromByteOffset: 12, as: UInt32.self),
        UnsafeRawBufferPointer(start: event + Self.eventSize, count: size))
      offset += Self.eventSize + (size + 7) & ~7
    }
  }

  /// All events, as messages.
  public var messages: [(frame: Int, message: AtomMessage)] {
    var result: [(Int, AtomMessage)] = []
    forEach { result.append(($0, AtomMessage(type: $1, body: Array($2)))) }
    return result
  }
}
