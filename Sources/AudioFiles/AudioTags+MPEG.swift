internal import CMPG123

extension AudioTags {
  /// What mpg123 has found in the tags of an MP3 file; those in front of the sound count more.
  init(ofMPEG handle: OpaquePointer) {
    var old: UnsafeMutablePointer<mpg123_id3v1>?
    var new: UnsafeMutablePointer<mpg123_id3v2>?
    guard mpg123_id3(handle, &old, &new) == MPG123_OK.rawValue else { return }
    if let old { add(old.pointee) }
    if let new { add(new.pointee) }
  }

  private mutating func add(_ tag: mpg123_id3v1) {
    add(.title, field(tag.title))
    add(.artist, field(tag.artist))
    add(.album, field(tag.album))
    add(.date, field(tag.year))
    add(.comment, field(tag.comment))
  }

  private mutating func add(_ tag: mpg123_id3v2) {
    for index in 0..<tag.texts {
      let text = tag.text[index]
      let name = withUnsafeBytes(of: text.id) { String(decoding: $0, as: UTF8.self) }
      if let field = Self.names[name] { add(field, string(text.text)) }
    }
    if let comment = tag.comment { add(.comment, string(comment.pointee)) }
    let pictures = (0..<tag.pictures).map { tag.picture[$0] }
    let cover = pictures.first { Int($0.type) == Int(mpg123_id3_pic_front_cover.rawValue) }
    if let picture = cover ?? pictures.first, let data = picture.data, picture.size > 0 {
      self.picture = Picture(
        type: string(picture.mime_type),
        bytes: Array(UnsafeBufferPointer(start: data, count: picture.size)))
    }
  }

  private static let names: [String: Field] = [
    "TIT2": .title, "TPE1": .artist, "TALB": .album, "TDRC": .date, "TYER": .date, "TCON": .genre,
    "TRCK": .trackNumber, "TCOP": .copyright,
  ]

  private func string(_ text: mpg123_string) -> String {
    text.fill > 0 ? text.p.map { String(cString: $0) } ?? "" : ""
  }

  /// A field of fixed length, padded with zeros or blanks.
  private func field<Bytes>(_ bytes: Bytes) -> String {
    var text = withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    while text.last == " " { text.removeLast() }
    return text
  }
}
