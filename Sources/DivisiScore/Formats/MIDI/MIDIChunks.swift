/// Where the tracks of a MIDI file are, also if their lengths are wrong.
struct MIDIChunks {
  /// A track chunk.
  struct Track {
    /// Where its head begins, in the file.
    var offset: Int
    /// Where its events are, in the file.
    var body: Range<Int>
    /// What its head says of its length, in bytes, if that is not so.
    var wrongLength: Int?
  }

  private static let headLength = 8
  private let bytes: [UInt8]
  private let start: Int
  private(set) var tracks: [Track] = []

  /// Finds the tracks behind the header.
  ///
  /// A length is believed if something that looks like a chunk, or the end of the file, follows it.
  /// Otherwise the track goes on to the next 'MTrk', or to the end.
  ///
  /// - Complexity: O(n) in the number of bytes.
  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    self.start = start
    var offset = start
    while offset + Self.headLength <= bytes.count {
      let length = length(at: offset)
      let body = offset + Self.headLength
      if isTrack(at: offset) {
        if isBoundary(body + length) && !endsEarly(body..<body + length) {
          tracks.append(Track(offset: offset, body: body..<body + length))
          offset = body + length
        } else {
          let end = nextTrack(from: body) ?? bytes.count
          tracks.append(Track(offset: offset, body: body..<end, wrongLength: length))
          offset = end
        }
      } else if isChunk(at: offset) && body + length <= bytes.count {
        offset = body + length
      } else {
        guard let next = nextTrack(from: offset) else { return }
        offset = next
      }
    }
  }

  /// What stands where the first track should, for an error.
  func firstType(_ quoted: (Substring) -> String) -> String {
    if start >= bytes.count { return "the end" }
    return isChunk(at: start)
      ? quoted(Substring(decoding: bytes[start..<start + 4], as: UTF8.self)) : "no chunk type"
  }

  private func isTrack(at offset: Int) -> Bool {
    offset + 4 <= bytes.count && bytes[offset..<offset + 4].elementsEqual("MTrk".utf8)
  }

  private func isChunk(at offset: Int) -> Bool {
    offset + 4 <= bytes.count && bytes[offset..<offset + 4].allSatisfy { (0x20...0x7E) ~= $0 }
  }

  /// Whether something that looks like a chunk follows, or at most a few bytes do.
  private func isBoundary(_ offset: Int) -> Bool {
    if offset > bytes.count { return false }
    if offset + Self.headLength > bytes.count || isTrack(at: offset) { return true }
    return isChunk(at: offset) && offset + Self.headLength + length(at: offset) <= bytes.count
  }

  /// Whether a track ends, and another begins, before the end of a chunk.
  private func endsEarly(_ body: Range<Int>) -> Bool {
    guard let next = nextTrack(from: body.lowerBound), next < body.upperBound else { return false }
    return next - 3 >= body.lowerBound && bytes[next - 3..<next].elementsEqual([0xFF, 0x2F, 0])
  }

  private func length(at offset: Int) -> Int {
    bytes[(offset + 4)..<(offset + 8)].reduce(0) { $0 << 8 | Int($1) }
  }

  private func nextTrack(from offset: Int) -> Int? {
    var place = offset
    while place + 4 <= bytes.count {
      guard let next = bytes[place...].firstIndex(of: UInt8(ascii: "M")) else { return nil }
      if isTrack(at: next) { return next }
      place = next + 1
    }
    return nil
  }
}
