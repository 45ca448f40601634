/// Pictures as FLAC files have them: RFC 9639, 8.8.
enum PictureBlock {
  /// A metadata block with its header; nil if the picture does not fit into one.
  static func encoded(_ picture: AudioTags.Picture) -> [UInt8]? {
    guard holds(picture) else { return nil }
    let type = Array(picture.type.utf8)
    var body = bigEndian(frontCover) + bigEndian(type.count) + type
    // No description; width, height, depth and colours are not known.
    for _ in 0..<5 { body += bigEndian(0) }
    body += bigEndian(picture.bytes.count) + picture.bytes
    return [blockType] + bigEndian(body.count).dropFirst() + body
  }

  /// Whether a picture has room in a block.
  static func holds(_ picture: AudioTags.Picture) -> Bool {
    picture.bytes.count + picture.type.utf8.count + 8 * 4 <= longest
  }

  /// The first picture of a FLAC file, the front cover if there is one; nil for none and for any other file.
  static func first(in descriptor: Int32) -> AudioTags.Picture? {
    guard bytes(of: descriptor, at: 0, count: 4) == Array("fLaC".utf8) else { return nil }
    var offset = 4
    var found: AudioTags.Picture?
    // A limit, so that a huge file of empty blocks is not walked for minutes.
    for _ in 0..<1024 {
      let header = bytes(of: descriptor, at: offset, count: 4)
      guard header.count == 4 else { break }
      let length = Int(integer(header[1...], bigEndian: true))
      if header[0] & 0x7F == blockType,
        let (kind, picture) = decoded(bytes(of: descriptor, at: offset + 4, count: length))
      {
        if kind == frontCover { return picture }
        found = found ?? picture
      }
      offset += 4 + length
      if header[0] & 0x80 != 0 { break }
    }
    return found
  }

  private static let blockType: UInt8 = 6
  static let frontCover = 3
  /// A block says its length in 24 bits.
  private static let longest = (1 << 24) - 1

  /// The kind of a picture, and the picture, of a block without its header.
  static func decoded(_ body: [UInt8]) -> (kind: Int, picture: AudioTags.Picture)? {
    var rest = body[...]
    func field() -> ArraySlice<UInt8>? {
      guard rest.count >= 4 else { return nil }
      let length = Int(integer(rest.prefix(4), bigEndian: true))
      guard length <= rest.count - 4 else { return nil }
      defer { rest = rest.dropFirst(4 + length) }
      return rest.dropFirst(4).prefix(length)
    }
    guard rest.count >= 4 else { return nil }
    let kind = Int(integer(rest.prefix(4), bigEndian: true))
    rest = rest.dropFirst(4)
    guard let type = field(), field() != nil, rest.count >= 16 else { return nil }
    rest = rest.dropFirst(16)
    guard let bytes = field(), !bytes.isEmpty else { return nil }
    return (
      kind, AudioTags.Picture(type: String(decoding: type, as: UTF8.self), bytes: Array(bytes))
    )
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
