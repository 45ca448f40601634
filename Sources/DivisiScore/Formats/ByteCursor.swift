/// Reads bytes in order and never past the end of its range.
struct ByteCursor {
  private let bytes: [UInt8]
  private let fileName: String
  /// The offset of the next byte in the file.
  private(set) var offset: Int
  /// The offset after the last byte that may be read.
  private let end: Int

  /// A cursor over a whole file.
  init(_ bytes: [UInt8], fileName: String) {
    self.bytes = bytes
    self.fileName = fileName
    offset = 0
    end = bytes.count
  }

  private init(_ parent: ByteCursor, count: Int) {
    bytes = parent.bytes
    fileName = parent.fileName
    offset = parent.offset
    end = parent.offset + count
  }

  /// How many bytes are left.
  var remaining: Int { end - offset }

  /// An error at the given place, or where the next byte would be.
  func error(expected: String, found: String, at place: Int? = nil) -> ScoreError {
    ScoreError(in: fileName, at: .byte(place ?? offset), expected: expected, found: found)
  }

  /// Throws unless this many bytes are left.
  func require(_ count: Int, of what: String) throws(ScoreError) {
    if count > remaining {
      throw error(
        expected: count == 1 ? what : "\(count) bytes of \(what)",
        found: remaining == 0 ? "the end" : "only \(remaining)")
    }
  }

  /// The next byte, without moving on.
  func peek(_ what: String) throws(ScoreError) -> UInt8 {
    try require(1, of: what)
    return bytes[offset]
  }

  /// The next byte.
  mutating func byte(_ what: String) throws(ScoreError) -> UInt8 {
    let value = try peek(what)
    offset += 1
    return value
  }

  /// The next bytes.
  mutating func take(_ count: Int, of what: String) throws(ScoreError) -> ArraySlice<UInt8> {
    try require(count, of: what)
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// A big-endian number of at most four bytes.
  mutating func integer(bytes count: Int, _ what: String) throws(ScoreError) -> Int {
    try take(count, of: what).reduce(0) { $0 << 8 | Int($1) }
  }

  /// A cursor over the next bytes, which this one skips.
  mutating func slice(_ count: Int, of what: String) throws(ScoreError) -> ByteCursor {
    try require(count, of: what)
    defer { offset += count }
    return ByteCursor(self, count: count)
  }

  /// A cursor over a range of the file.
  func slice(_ range: Range<Int>) -> ByteCursor {
    var result = self
    result.offset = range.lowerBound
    return ByteCursor(result, count: range.count)
  }

  /// Moves on to the first place where a text stands; stays where it is if there is none.
  mutating func skip(to text: StaticString) {
    let wanted = text.withUTF8Buffer { Array($0) }
    var place = offset
    while let next = bytes[place..<end].firstIndex(of: wanted[0]), next + wanted.count <= end {
      if bytes[next..<next + wanted.count].elementsEqual(wanted) {
        offset = next
        return
      }
      place = next + 1
    }
  }
}
