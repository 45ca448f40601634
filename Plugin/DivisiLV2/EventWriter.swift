// Thread: audio

/// Writes a sequence of events into a port's buffer, as far as there is room.
struct EventWriter {
  private let buffer: UnsafeMutableRawPointer
  private let capacity: Int
  /// Bytes written, with the header.
  private var size = 16

  /// - Parameter buffer: of a port; its atom's size says how much room there is behind it.
  @_noLocks
  init?(_ buffer: UnsafeMutableRawPointer?, urids: URIDs) {
    guard let buffer else { return nil }
    let room = Int(buffer.load(as: UInt32.self))
    guard room >= 8, urids.sequence != 0 else { return nil }
    self.buffer = buffer
    capacity = 8 &+ room
    put(8, at: 0)
    put(urids.sequence, at: 4)
    put(0, at: 8)
    put(0, at: 12)
  }

  /// Whether there is no event yet.
  var isEmpty: Bool {
    @_noLocks get { size == 16 }
  }

  /// Writes a `patch:Set` of a text, or what only the plugin's own window is told, which looks alike.
  ///
  /// - Parameter isText: whether it is a text, behind which a zero follows.
  /// - Returns: false where there is no room, and nothing is written.
  @_noLocks
  mutating func set(
    _ property: UInt32, type: UInt32, text: UnsafePointer<UInt8>, count: Int, frame: Int,
    isText: Bool, urids: URIDs
  ) -> Bool {
    // Event header; object; a property that holds a word; another that holds the text.
    let length = isText ? count &+ 1 : count
    let body = 8 &+ 24 &+ 16 &+ length
    let needed = 16 &+ (body &+ 7) & ~7
    guard needed <= capacity &- size else { return false }
    let event = size
    buffer.storeBytes(of: Int64(frame), toByteOffset: event, as: Int64.self)
    put(UInt32(body), at: event &+ 8)
    put(urids.object, at: event &+ 12)
    put(0, at: event &+ 16)
    put(isText ? urids.set : urids.news, at: event &+ 20)
    put(urids.property, at: event &+ 24)
    put(0, at: event &+ 28)
    put(4, at: event &+ 32)
    put(urids.urid, at: event &+ 36)
    put(property, at: event &+ 40)
    put(0, at: event &+ 44)
    put(urids.value, at: event &+ 48)
    put(0, at: event &+ 52)
    put(UInt32(length), at: event &+ 56)
    put(type, at: event &+ 60)
    var index = 0
    while index < needed &- 64 {
      buffer.storeBytes(
        of: index < count ? text[index] : 0, toByteOffset: event &+ 64 &+ index, as: UInt8.self)
      index &+= 1
    }
    size = event &+ needed
    put(UInt32(size &- 8), at: 0)
    return true
  }

  /// Writes what the worker has to say, as a `patch:Set` of what it is about: a file's path, or a message.
  ///
  /// - Returns: false where there is no room, and nothing is written.
  @_noLocks
  mutating func set(_ entry: TextRing.Entry, frame: Int, urids: URIDs) -> Bool {
    let property: UInt32
    switch entry.subject {
    case .score: property = urids.score
    case .modelFile: property = urids.modelFile
    case .source: property = urids.sourceFile
    default: property = urids.message
    }
    return set(
      property, type: property == urids.message ? urids.string : urids.path, text: entry.bytes,
      count: entry.count, frame: frame, isText: true, urids: urids)
  }

  @_noLocks
  private func put(_ value: UInt32, at offset: Int) {
    buffer.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
  }
}
