internal import CLilv

/// A typed message to or from a plugin.
public struct AtomMessage: Sendable, Equatable {
  /// The URID of its type.
  public let type: UInt32
  /// Its bytes, without padding.
  public let body: [UInt8]

  /// A message of a type that is given as URID.
  public init(type: UInt32, body: [UInt8]) {
    self.type = type
    self.body = body
  }

  /// A MIDI message.
  public static func midi(_ bytes: [UInt8], _ urids: URIDMap) -> AtomMessage {
    AtomMessage(type: urids.map("http://lv2plug.in/ns/ext/midi#MidiEvent"), body: bytes)
  }

  /// A `patch:Set` of a property, by URI, to a file's path.
  public static func set(_ property: String, path: String, _ urids: URIDMap) -> AtomMessage {
    set(property, to: .path(path), urids)
  }

  /// A `patch:Set` of a property, by URI, to any value.
  public static func set(_ property: String, to value: Value, _ urids: URIDMap) -> AtomMessage {
    object(
      LV2URI.patchSet, [(LV2URI.patchProperty, .uri(property)), (LV2URI.patchValue, value)], urids)
  }

  /// A `patch:Get` of a property, by URI; of all without one.
  public static func get(_ property: String?, _ urids: URIDMap) -> AtomMessage {
    object(
      LV2URI.patchGet, property.map { [(LV2URI.patchProperty, .uri($0))] } ?? [], urids)
  }

  /// The value of an object's property.
  public enum Value: Sendable, Equatable {
    case int(Int32), long(Int64), float(Float), double(Double), bool(Bool)
    /// The URI of something.
    case uri(String)
    case path(String), string(String)
  }

  /// An object of a type with properties, all by URI.
  public static func object(
    _ type: String, _ properties: [(String, Value)], _ urids: URIDMap
  ) -> AtomMessage {
    var body: [UInt8] = []
    body.append(bytesOf: UInt32(0))
    body.append(bytesOf: urids.map(type))
    for (key, value) in properties {
      let (type, bytes) = encoded(value, urids)
      body.append(bytesOf: urids.map(key))
      body.append(bytesOf: UInt32(0))
      body.append(bytesOf: UInt32(bytes.count))
      body.append(bytesOf: urids.map(type))
      body += bytes
      body += [UInt8](repeating: 0, count: -bytes.count & 7)
    }
    return AtomMessage(type: urids.map(LV2URI.object), body: body)
  }

  private static func encoded(_ value: Value, _ urids: URIDMap) -> (String, [UInt8]) {
    var bytes: [UInt8] = []
    switch value {
    case .int(let number):
      bytes.append(bytesOf: number)
      return (LV2URI.int, bytes)
    case .long(let number):
      bytes.append(bytesOf: number)
      return (LV2URI.long, bytes)
    case .float(let number):
      bytes.append(bytesOf: number)
      return (LV2URI.float, bytes)
    case .double(let number):
      bytes.append(bytesOf: number)
      return (LV2URI.double, bytes)
    case .uri(let uri):
      bytes.append(bytesOf: urids.map(uri))
      return (LV2URI.urid, bytes)
    case .bool(let isTrue):
      bytes.append(bytesOf: Int32(isTrue ? 1 : 0))
      return (LV2URI.bool, bytes)
    case .path(let path): return (LV2URI.path, Array(path.utf8) + [0])
    case .string(let text): return (LV2URI.string, Array(text.utf8) + [0])
    }
  }

  /// The message as an object: its type's URI, empty for an object without type, and its properties
  /// by URI, as URID of the type and bytes; nil if it is none.
  public func object(
    _ urids: URIDMap
  ) -> (type: String, properties: [String: AtomMessage])? {
    guard type == urids.map(LV2URI.object), body.count >= 8,
      let kind = word(4) == 0 ? "" : urids.unmap(word(4))
    else { return nil }
    var properties: [String: AtomMessage] = [:]
    var offset = 8
    while offset + 16 <= body.count {
      let end = offset + 16 + Int(word(offset + 8))
      guard end <= body.count, let key = urids.unmap(word(offset)) else { return nil }
      properties[key] = AtomMessage(
        type: word(offset + 12), body: Array(body[offset + 16..<end]))
      offset = (end + 7) & ~7
    }
    return (kind, properties)
  }

  /// The body as text, up to its null.
  public var text: String { String(decoding: body.prefix { $0 != 0 }, as: UTF8.self) }

  /// Four bytes as a number; 0 outside.
  public func word(_ offset: Int) -> UInt32 {
    guard offset + 4 <= body.count else { return 0 }
    return body.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
  }
}

extension [UInt8] {
  mutating func append<Number: BitwiseCopyable>(bytesOf number: Number) {
    Swift.withUnsafeBytes(of: number) { append(contentsOf: $0) }
  }
}
