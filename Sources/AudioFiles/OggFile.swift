internal import Glibc

/// What libsndfile leaves to do on an Ogg file: a serial number that is always the same, so that the same samples give the same
/// bytes, and the cover.
enum OggFile {
  /// Completes a file of which all is written.
  static func finish(
    _ descriptor: Int32, picture: AudioTags.Picture?, named name: String
  ) throws(AudioFileError) {
    var offsets: [Int] = []
    var end = 0
    while let length = OggPage.length(descriptor, at: end) {
      offsets.append(end)
      end += length
    }
    var header: [OggPage] = []
    var rest = offsets.count
    if let picture, let comment = OggComments.picture(picture),
      let (comments, others, pageCount) = OggComments.packets(descriptor),
      let extended = OggComments.adding(comment, to: comments),
      let first = OggPage(descriptor, at: 0)
    {
      header = [first] + pages(of: [extended] + others, like: first)
      rest = offsets.count - pageCount
    }
    // From the back, since pages move towards it.
    let moved = offsets.dropFirst(offsets.count - rest)
    let shift = header.isEmpty ? 0 : header.reduce(-(moved.first ?? end)) { $0 + $1.bytes.count }
    let renumbered = header.isEmpty ? 0 : header.count - (offsets.count - rest)
    for offset in moved.reversed() {
      guard let page = OggPage(descriptor, at: offset) else { continue }
      try write(page, number: page.number + renumbered, descriptor, at: offset + shift, name)
    }
    var offset = 0
    for (number, page) in header.enumerated() {
      try write(page, number: number, descriptor, at: offset, name)
      offset += page.bytes.count
    }
  }

  private static func write(
    _ page: OggPage, number: Int, _ descriptor: Int32, at offset: Int, _ name: String
  ) throws(AudioFileError) {
    var page = page
    page.finish(number: number)
    guard pwrite(descriptor, page.bytes, page.bytes.count, offset) == page.bytes.count else {
      throw AudioFileError(name, expected: "to write this file", errorNumber: errno)
    }
  }

  /// Header packets in as few pages as they take; the last page ends with the last packet.
  private static func pages(of packets: [[UInt8]], like template: OggPage) -> [OggPage] {
    let segments = packets.flatMap { packet in
      [Int](repeating: 255, count: packet.count / 255) + [packet.count % 255]
    }
    let bytes = packets.flatMap { $0 }
    var pages: [OggPage] = []
    var offset = 0
    for start in stride(from: 0, to: segments.count, by: OggPage.segmentLimit) {
      let some = Array(segments[start..<min(segments.count, start + OggPage.segmentLimit)])
      let length = some.reduce(0, +)
      pages.append(
        OggPage(
          segments: some, body: bytes[offset..<(offset + length)],
          isContinued: start > 0 && segments[start - 1] == 255, like: template))
      offset += length
    }
    return pages
  }
}
