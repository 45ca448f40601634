internal import CMPG123

/// The frames of an MP3 file, without their sound: how many there are, and what lies between them.
struct MPEGFrames {
  /// Frames of sound; the one in front that says how many there are is none.
  private(set) var count = 0
  /// As many as the file says there are; nil where it does not.
  private(set) var statedCount: Int?
  /// Samples of each channel in a frame.
  private(set) var length = 0
  /// Where the file says how many frames there are, if its encoder’s delay stands behind that.
  private(set) var countPlace: Int?
  /// Bytes that are no frame like the first one, and no tag, with the frame in front of them: its end is as likely damaged.
  private(set) var gaps: [Gap] = []
  /// Bytes in all frames.
  private var size = 0
  private var endsInFrame = false

  struct Gap {
    var bytes: Range<Int>
    /// How many frames stand before it.
    var frame: Int
  }

  /// How many frames each gap has taken, as near as can be known.
  var lostCounts: [Int] {
    if gaps.count == 1, let statedCount { return [max(0, statedCount - count)] }
    let mean = Double(size) / Double(max(1, count))
    return gaps.map { Int((Double($0.bytes.count) / mean).rounded()) }
  }

  /// Whether the end of the file is missing, as far as it says how long it is.
  var isTruncated: Bool {
    guard let statedCount else { return false }
    let missing = statedCount - count
    guard !gaps.isEmpty else {
      // Some encoders count the frame that says so.
      return missing > 1 || missing == 1 && endsInFrame
    }
    // Each gap may have taken a part of a frame on either side.
    let gapSize = gaps.reduce(0) { $0 + $1.bytes.count }
    return missing > gapSize * count / max(1, size) + 2 * gaps.count
  }

  /// A file with more gaps is not worth decoding.
  private static let gapLimit = 10_000
  /// Frames in a row, at least.
  private static let shortestRun = 3
  /// What all frames of a stream have in common: sync, version, layer and sample rate.
  private static let fixedBits: UInt = 0xFFFE_0C00

  /// Looks at all frames of an open file; nil if there is none, or hardly anything else than gaps.
  init?(descriptor: Int32) {
    let file = PositionedFile(descriptor: descriptor)
    guard
      let handle = mpeg_open(
        file.address, { PositionedFile.of($0).read($1, count: $2) },
        { PositionedFile.of($0).seek($1, from: $2) }, Int(MPG123_IGNORE_INFOFRAME.rawValue))
    else { return nil }
    defer { mpeg_close(handle) }
    var (place, header, bodySize): (Int64, UInt, Int) = (0, 0, 0)
    var body: UnsafeMutablePointer<UInt8>?
    var first: UInt?
    var last = 0..<0
    while gaps.count < Self.gapLimit,
      mpeg_next_frame(handle, &place, &header, &body, &bodySize) != 0
    {
      guard Self.isLike(header, first ?? header) else { continue }
      let start = Int(place)
      if first != nil { note(gapTo: start, behind: last, in: descriptor) }
      if first == nil {
        length = Int(mpeg_frame_length(handle))
        readCount(
          in: UnsafeBufferPointer(start: body, count: body == nil ? 0 : bodySize), at: start + 4)
      }
      if first != nil || statedCount == nil { count += 1 }
      first = first ?? header
      size += 4 + bodySize
      last = start..<(start + 4 + bodySize)
    }
    guard gaps.count < Self.gapLimit else { return nil }
    guard count > 0 else { return nil }
    endsInFrame = bytes(of: descriptor, at: last.upperBound, count: 1) == [0xFF]
  }

  /// Tags that stand between frames.
  private static let tags = ["ID3", "TAG", "APETAGEX", "LYRICSBEGIN", "3DI"]

  /// Notes what lies between a frame and the place where the next one begins, if it is no tag.
  private mutating func note(gapTo end: Int, behind last: Range<Int>, in descriptor: Int32) {
    guard last.upperBound < end else { return }
    let first = bytes(of: descriptor, at: last.upperBound, count: min(16, end - last.upperBound))
    if Self.tags.contains(where: { first.starts(with: $0.utf8) }) { return }
    if count > 0 {
      count -= 1
      size -= last.count
    }
    // A few frames between gaps are more likely to be chance.
    if let before = gaps.last, count - before.frame < Self.shortestRun {
      size -= max(0, last.lowerBound - before.bytes.upperBound)
      count = before.frame
      gaps[gaps.count - 1].bytes = before.bytes.lowerBound..<end
    } else {
      gaps.append(Gap(bytes: (count > 0 ? last.lowerBound : last.upperBound)..<end, frame: count))
    }
  }

  /// Whether two headers may belong to one stream: one of mono does not go with one of stereo.
  private static func isLike(_ a: UInt, _ b: UInt) -> Bool {
    func isMono(_ header: UInt) -> Bool { header >> 6 & 3 == 3 }
    return a & fixedBits == b & fixedBits && isMono(a) == isMono(b)
  }

  /// Reads the number of frames from the header of Xing or LAME, or from that of Fraunhofer.
  private mutating func readCount(in frame: UnsafeBufferPointer<UInt8>, at offset: Int) {
    let start = Array(frame.prefix(64))
    for place in start.indices {
      let rest = start[place...]
      if rest.starts(with: "Xing".utf8) || rest.starts(with: "Info".utf8) {
        guard rest.count >= 12, rest[place + 7] & 1 != 0 else { return }
        statedCount = Int(integer(rest[(place + 8)..<(place + 12)], bigEndian: true))
        countPlace = offset + place + 8
        return
      }
      if rest.starts(with: "VBRI".utf8), rest.count >= 18 {
        statedCount = Int(integer(rest[(place + 14)..<(place + 18)], bigEndian: true))
        return
      }
    }
  }
}
