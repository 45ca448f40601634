// Thread: any

internal import CLO
import Glibc

/// What a message carries.
enum OSCValue: Equatable {
  case integer(Int)
  case number(Double)
  case text(String)
  case truth(Bool)
  /// Something that means nothing here, such as a blob.
  case other

  /// The value as a number: numbers and truths.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .truth(let value): value ? 1 : 0
    case .text, .other: nil
    }
  }
}

/// A message of Open Sound Control 1.0, written and read by liblo.
struct OSCMessage: Equatable {
  /// Where it goes, such as `/divisi/snare/gain`.
  let path: String
  let values: [OSCValue]

  init(_ path: String, _ values: OSCValue...) {
    self.path = path
    self.values = values
  }

  /// Reads one message, not a bundle.
  ///
  /// - Returns: nil if it is malformed.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 8, bytes.count % 4 == 0, bytes[0] == UInt8(ascii: "/"),
      !Self.holdsBlobs(bytes),
      let data = UnsafeMutableRawPointer(mutating: bytes.baseAddress),
      let message = lo_message_deserialise(data, bytes.count, nil)
    else { return nil }
    defer { lo_message_free(message) }
    // liblo has seen that the path ends within the bytes.
    path = String(cString: data.assumingMemoryBound(to: CChar.self))
    guard let types = lo_message_get_types(message) else { return nil }
    let places = lo_message_get_argv(message)
    values = (0..<Int(lo_message_get_argc(message))).map { index in
      let place = places?[index].map { UnsafeRawPointer($0) }
      return Self.value(UInt8(bitPattern: types[index]), at: place)
    }
  }

  /// Whether there are blobs, which mean nothing here: liblo 0.31 reads four bytes too many of a
  /// message that ends before a blob's size (`lo_validate_blob`).
  private static func holdsBlobs(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let pathCount = bytes.prefix { $0 != 0 }.count
    let types = bytes.dropFirst(pathCount / 4 * 4 + 4).prefix { $0 != 0 }
    return types.contains(UInt8(ascii: "b"))
  }

  private static func value(_ type: UInt8, at place: UnsafeRawPointer?) -> OSCValue {
    switch (UnicodeScalar(type), place) {
    case ("T", _): .truth(true)
    case ("F", _): .truth(false)
    case ("i", let place?): .integer(Int(place.loadUnaligned(as: Int32.self)))
    case ("h", let place?): .integer(Int(place.loadUnaligned(as: Int64.self)))
    case ("f", let place?): .number(Double(place.loadUnaligned(as: Float.self)))
    case ("d", let place?): .number(place.loadUnaligned(as: Double.self))
    case ("s", let place?), ("S", let place?):
      .text(String(cString: place.assumingMemoryBound(to: CChar.self)))
    default: .other
    }
  }

  /// The message as it is sent: whole numbers as `i`, others as `f`.
  var bytes: [UInt8] {
    guard let message = lo_message_new() else { return [] }
    defer { lo_message_free(message) }
    for value in values {
      switch value {
      case .integer(let value): lo_message_add_int32(message, Int32(clamping: value))
      case .number(let value): lo_message_add_float(message, Float(value))
      case .text(let value): lo_message_add_string(message, value)
      case .truth(true): lo_message_add_true(message)
      case .truth(false): lo_message_add_false(message)
      case .other: lo_message_add_nil(message)
      }
    }
    var count = 0
    guard let data = lo_message_serialise(message, path, nil, &count) else { return [] }
    defer { free(data) }
    return Array(UnsafeRawBufferPointer(start: data, count: count))
  }
}
