/// The comments of Ogg Vorbis and Opus, in which covers are: RFC 7845, 5.2, and
/// <https://wiki.xiph.org/VorbisComment#METADATA_BLOCK_PICTURE>.
enum OggComments {
  private static let key = "METADATA_BLOCK_PICTURE="
  /// The packets that begin with a number of bytes have comments behind them.
  private static let marks = [Array("OpusTags".utf8), [3] + Array("vorbis".utf8)]
  /// Headers with more pages than the longest picture takes are not read.
  private static let pageLimit = 1024

  /// The header packets behind the first one, and on how many pages these are, with the first page; nil if they are not
  /// what they should be.
  static func packets(
    _ descriptor: Int32
  ) -> (comments: [UInt8], others: [[UInt8]], pageCount: Int)? {
    guard let first = OggPage(descriptor, at: 0) else { return nil }
    let wanted = first.body.starts(with: "OpusHead".utf8) ? 1 : 2
    var packets: [[UInt8]] = []
    var packet: [UInt8] = []
    var offset = first.bytes.count
    for pageCount in 2...pageLimit {
      guard let page = OggPage(descriptor, at: offset) else { return nil }
      var body = page.body
      for segment in page.segments {
        packet += body.prefix(segment)
        body = body.dropFirst(segment)
        if segment < 255 {
          packets.append(packet)
          packet = []
        }
      }
      if packets.count >= wanted {
        guard packets.count == wanted, packet.isEmpty,
          marks.contains(where: { packets[0].starts(with: $0) })
        else { return nil }
        return (packets[0], Array(packets.dropFirst()), pageCount)
      }
      offset += page.bytes.count
    }
    return nil
  }

  /// A comment that holds a picture; nil if it is too large.
  static func picture(_ picture: AudioTags.Picture) -> [UInt8]? {
    // Without the header of a block.
    PictureBlock.encoded(picture).map { Array(key.utf8) + Base64.encoded($0.dropFirst(4)) }
  }

  /// The first picture of an Ogg file, the front cover if there is one; nil for none and for any other file.
  static func picture(in descriptor: Int32) -> AudioTags.Picture? {
    guard let packet = packets(descriptor)?.comments, let (_, comments) = parsed(packet) else {
      return nil
    }
    let pictures = comments.compactMap { comment -> (kind: Int, picture: AudioTags.Picture)? in
      let name = String(decoding: comment.prefix(key.utf8.count), as: UTF8.self)
      guard name.uppercased() == key, let block = Base64.decoded(comment.dropFirst(name.utf8.count))
      else { return nil }
      return PictureBlock.decoded(block)
    }
    return (pictures.first { $0.kind == PictureBlock.frontCover } ?? pictures.first)?.picture
  }

  /// A packet of comments with one more at the end.
  static func adding(_ comment: [UInt8], to packet: [UInt8]) -> [UInt8]? {
    guard let (countOffset, comments) = parsed(packet) else { return nil }
    let end = comments.last?.endIndex ?? countOffset + 4
    return packet[..<countOffset] + littleEndian(comments.count + 1)
      + packet[(countOffset + 4)..<end]
      + littleEndian(comment.count) + comment + packet[end...]
  }

  /// Where the number of comments stands, and the comments.
  private static func parsed(
    _ packet: [UInt8]
  ) -> (countOffset: Int, comments: [ArraySlice<UInt8>])? {
    guard let mark = marks.first(where: { packet.starts(with: $0) }) else { return nil }
    var rest = packet.dropFirst(mark.count)
    func number() -> Int? {
      guard rest.count >= 4 else { return nil }
      defer { rest = rest.dropFirst(4) }
      return Int(integer(rest.prefix(4), bigEndian: false))
    }
    guard let vendor = number(), vendor <= rest.count else { return nil }
    rest = rest.dropFirst(vendor)
    let countOffset = rest.startIndex
    guard let count = number(), count <= rest.count / 4 else { return nil }
    var comments: [ArraySlice<UInt8>] = []
    for _ in 0..<count {
      guard let length = number(), length <= rest.count else { return nil }
      comments.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return (countOffset, comments)
  }

  private static func littleEndian(_ number: Int) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
