// Thread: user interface

internal import CLV2

/// A `patch:Set` or `patch:Get` of one property, or news for the window, which look alike.
struct PatchMessage {
  /// Whether it gives a value, or asks for one.
  let isSet: Bool
  let property: UInt32
  /// The type of the value, and its bytes; none in a request.
  let type: UInt32
  let value: [UInt8]

  /// A request for a property; 0 for all.
  init(get property: UInt32) {
    isSet = false
    self.property = property
    type = 0
    value = []
  }

  /// A property that gets a path.
  init(set property: UInt32, path: String, urids: URIDs) {
    isSet = true
    self.property = property
    type = urids.path
    value = Array(path.utf8) + [0]
  }

  /// Reads an atom.
  ///
  /// - Returns: nil for anything else, and for an atom that is longer than what there is of it.
  init?(_ atom: UnsafeRawBufferPointer, urids: URIDs) {
    guard atom.count >= 16 else { return nil }
    func word(_ offset: Int) -> UInt32 {
      atom.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
    let size = Int(word(0))
    guard size >= 8, size <= atom.count - 8, word(4) == urids.object || word(4) == urids.blank,
      [urids.set, urids.get, urids.news].contains(word(12)), word(12) != 0
    else { return nil }
    isSet = word(12) != urids.get
    var (property, type, value): (UInt32, UInt32, [UInt8]) = (0, 0, [])
    var offset = 16
    while offset + 16 <= 8 + size {
      let (key, length) = (word(offset), Int(word(offset + 8)))
      guard length <= 8 + size - offset - 16 else { return nil }
      if key == urids.property, word(offset + 12) == urids.urid, length >= 4 {
        property = word(offset + 16)
      } else if key == urids.value {
        type = word(offset + 12)
        value = Array(atom[offset + 16..<offset + 16 + length])
      }
      offset += 16 + (length + 7) & ~7
    }
    (self.property, self.type, self.value) = (property, type, value)
  }

  /// The atom.
  func bytes(_ urids: URIDs) -> [UInt8] {
    var words: [UInt32] = [0, urids.object, 0, isSet ? urids.set : urids.get]
    if property != 0 { words += [urids.property, 0, 4, urids.urid, property, 0] }
    if isSet { words += [urids.value, 0, UInt32(value.count), type] }
    var bytes = words.withUnsafeBytes { Array($0) } + value
    bytes.append(contentsOf: repeatElement(0, count: -bytes.count & 7))
    withUnsafeBytes(of: UInt32(bytes.count - 8)) {
      bytes.replaceSubrange(0..<4, with: $0)
    }
    return bytes
  }

  /// A value that is a text; nil where it is something else.
  func text(_ urids: URIDs) -> String? {
    guard isSet, type == urids.path || type == urids.string, type != 0 else { return nil }
    return String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
  }
}
