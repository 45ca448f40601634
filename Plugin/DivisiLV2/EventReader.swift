// Thread: audio

/// The events of a block, in the order of the port.
struct EventReader {
  private var base: UnsafeRawPointer?
  private var offset = 0
  private var end = 0
  private var isInFrames = true

  /// One event.
  struct Event {
    let type: UInt32
    let body: UnsafeRawPointer
    let size: Int
  }

  /// No events.
  @_noLocks
  init() {}

  /// The events of an atom port's buffer; none if it holds anything but a sequence.
  @_noLocks
  init(_ buffer: UnsafeRawPointer?, urids: URIDs) {
    guard let buffer else { return }
    let size = Int(buffer.loadUnaligned(as: UInt32.self))
    let type = buffer.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    guard type == urids.sequence, type != 0, size >= 8 else { return }
    let unit = buffer.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    isInFrames = unit == 0 || unit != urids.beatTime
    base = buffer
    offset = 16
    end = 8 &+ size
  }

  /// When the next event happens, in samples of the block; nil after the last.
  @_noLocks
  func nextFrame() -> Int? {
    guard let base, offset &+ 16 <= end else { return nil }
    guard isInFrames else { return 0 }
    return Int(base.loadUnaligned(fromByteOffset: offset, as: Int64.self))
  }

  /// Takes the next event; nil after the last, and if what follows makes no sense.
  @_noLocks
  mutating func next() -> Event? {
    guard let base, offset &+ 16 <= end else { return nil }
    let size = Int(base.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt32.self))
    let type = base.loadUnaligned(fromByteOffset: offset &+ 12, as: UInt32.self)
    let body = offset &+ 16
    guard size <= end &- body else {
      offset = end
      return nil
    }
    offset = body &+ (size &+ 7) & ~7
    return Event(type: type, body: base + body, size: size)
  }
}

/// The properties of an atom object.
struct ObjectReader {
  let type: UInt32
  private let body: UnsafeRawPointer
  private let size: Int

  /// A value within the object, valid as long as the block.
  struct Value {
    let type: UInt32
    let body: UnsafeRawPointer
    let size: Int
  }

  /// - Returns: nil where the event is no object.
  @_noLocks
  init?(_ event: EventReader.Event, urids: URIDs) {
    guard
      event.type == urids.object || event.type == urids.blank || event.type == urids.resource,
      event.size >= 8
    else { return nil }
    type = event.body.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    body = event.body
    size = event.size
  }

  /// The first value of a property.
  @_noLocks
  func value(_ key: UInt32) -> Value? {
    var offset = 8
    while offset &+ 16 <= size {
      let length = Int(body.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt32.self))
      guard length <= size &- offset &- 16 else { return nil }
      if body.loadUnaligned(fromByteOffset: offset, as: UInt32.self) == key {
        return Value(
          type: body.loadUnaligned(fromByteOffset: offset &+ 12, as: UInt32.self),
          body: body + (offset &+ 16), size: length)
      }
      offset = offset &+ 16 &+ (length &+ 7) & ~7
    }
    return nil
  }

  /// A property's value as a number, however it is stored.
  @_noLocks
  func number(_ key: UInt32, urids: URIDs) -> Double? {
    guard let value = value(key) else { return nil }
    if value.type == urids.long && value.size >= 8 {
      return Double(value.body.loadUnaligned(as: Int64.self))
    }
    if value.type == urids.double && value.size >= 8 {
      return value.body.loadUnaligned(as: Double.self)
    }
    if value.type == urids.float && value.size >= 4 {
      return Double(value.body.loadUnaligned(as: Float.self))
    }
    if value.type == urids.int && value.size >= 4 {
      return Double(value.body.loadUnaligned(as: Int32.self))
    }
    return nil
  }

  /// A property's value as the number of a word; 0 where it is none.
  @_noLocks
  func word(_ key: UInt32, urids: URIDs) -> UInt32 {
    guard let value = value(key), value.type == urids.urid, value.size >= 4 else { return 0 }
    return value.body.loadUnaligned(as: UInt32.self)
  }
}
