/// Tags as MP3 files have them: ID3v2.4, in front of the sound, with texts in UTF-8.
enum ID3Tag {
  /// The bytes of a tag; none if there is nothing to say.
  static func encoded(_ tags: AudioTags) -> [UInt8] {
    var frames: [UInt8] = []
    for field in AudioTags.Field.allCases {
      guard let name = name(of: field), let text = tags.texts[field] else { continue }
      // A comment has a language and a description, which is empty.
      let head = field == .comment ? [utf8] + "und\0".utf8 : [utf8]
      frames += frame(name, head + text.utf8.filter { $0 != 0 })
    }
    if let picture = tags.picture {
      let type = picture.type.utf8.filter { $0 != 0 }
      // Its kind is the front cover; it has no description.
      frames += frame("APIC", [utf8] + type + [0, 3, 0] + picture.bytes)
    }
    guard !frames.isEmpty, frames.count < longest else { return [] }
    return Array("ID3".utf8) + [4, 0, 0] + sevenBits(frames.count) + frames
  }

  /// Whether a picture has room in a tag, beside the longest texts.
  static func holds(_ picture: AudioTags.Picture) -> Bool {
    let texts = AudioTags.Field.allCases.count * 2 * AudioTags.longestText
    return picture.bytes.count + picture.type.utf8.count + texts < longest
  }

  private static let utf8: UInt8 = 3
  /// Sizes have 28 bits.
  private static let longest = 1 << 28

  private static func name(of field: AudioTags.Field) -> String? {
    switch field {
    case .title: "TIT2"
    case .artist: "TPE1"
    case .album: "TALB"
    case .date: "TDRC"
    case .genre: "TCON"
    case .trackNumber: "TRCK"
    case .comment: "COMM"
    case .copyright: "TCOP"
    case .license: nil
    }
  }

  private static func frame(_ name: String, _ body: [UInt8]) -> [UInt8] {
    Array(name.utf8) + sevenBits(body.count) + [0, 0] + body
  }

  /// A number in four bytes of seven bits each.
  private static func sevenBits(_ number: Int) -> [UInt8] {
    [21, 14, 7, 0].map { UInt8(number >> $0 & 0x7F) }
  }
}
