internal import Glibc

/// How many bytes of sound the headers of a file promise beyond its end.
///
/// libsndfile silently shortens such a recording to what is there, so a broken copy would pass for
/// a short piece. FLAC and MP3 are checked by decoding them.
///
/// - Parameters:
///   - descriptor: an open file; its position is not moved.
///   - fileSize: the file's length in bytes.
/// - Returns: zero when the sound is complete, or when the header makes no promise.
func missingByteCount(descriptor: Int32, fileSize: Int) -> Int {
  let start = bytes(of: descriptor, at: 0, count: 24)
  if start.starts(with: "OggS".utf8) {
    return missingOggByteCount(descriptor: descriptor, fileSize: fileSize)
  }
  if let sound = sunSound(start) { return missing(sound, fileSize: fileSize) }
  guard let sound = soundChunk(of: descriptor, fileSize: fileSize) else { return 0 }
  return missing(sound, fileSize: fileSize)
}

/// What a WAV file should say that claims to have no sound although it goes on: the program that wrote it was stopped.
///
/// - Returns: sizes that stand for “to the end”; nothing for any other file.
func unfinishedHeader(descriptor: Int32, fileSize: Int) -> [PositionedFile.Patch] {
  let start = bytes(of: descriptor, at: 0, count: 12)
  guard start.count == 12, ["RIFF", "RIFX"].contains(where: { start.starts(with: $0.utf8) }),
    start[8...].elementsEqual("WAVE".utf8),
    let sound = soundChunk(of: descriptor, fileSize: fileSize), sound.size == 0,
    sound.offset < fileSize
  else { return [] }
  // Chunks that reach to the very end belong to a header that is finished.
  var offset = sound.offset
  while offset < fileSize {
    let header = bytes(of: descriptor, at: offset, count: 8)
    guard header.count == 8, header.prefix(4).allSatisfy({ (0x20...0x7E).contains($0) }) else {
      break
    }
    let size = integer(header[4...], bigEndian: start.starts(with: "RIFX".utf8))
    offset += 8 + Int(size + size % 2)
  }
  if offset == fileSize || offset == fileSize + 1 { return [] }
  let unknown = [UInt8](repeating: 0xFF, count: 4)
  return [4, sound.offset - 4].map { PositionedFile.Patch(offset: $0, bytes: unknown) }
}

/// Walks to the sound of a file that is made of chunks.
private func soundChunk(of descriptor: Int32, fileSize: Int) -> Sound? {
  guard let layout = ChunkLayout(bytes(of: descriptor, at: 0, count: 24)) else { return nil }
  var offset = layout.start
  var largeDataSize: UInt64?
  // A limit, so that a huge file of empty chunks is not walked for minutes.
  for _ in 0..<4096 {
    let header = bytes(of: descriptor, at: offset, count: layout.headerLength)
    guard header.count == layout.headerLength else { return nil }
    var size = layout.size(header)
    let body = offset + layout.headerLength
    if header.starts(with: "ds64".utf8) {
      largeDataSize = integer(bytes(of: descriptor, at: body + 8, count: 8), bigEndian: false)
    }
    if header.starts(with: layout.soundChunk.utf8) {
      if size == UInt64(UInt32.max), let largeDataSize { size = largeDataSize }
      return Sound(offset: body, size: size)
    }
    let padding = (layout.alignment - size % layout.alignment) % layout.alignment
    guard size < UInt64(fileSize) else { return nil }
    offset = body + Int(size + padding)
  }
  return nil
}

/// Where the samples begin, and how many bytes of them the header claims.
private struct Sound {
  var offset: Int
  var size: UInt64
}

/// Sizes that programs write which cannot go back to fill in the true one: 32 and 64 bits all set,
/// and what arecord and SoX write into a pipe.
private let placeholderSizes: Set<UInt64> = [
  UInt64(UInt32.max), UInt64.max, 0x7FFF_FFFF, 0x8000_0000, 0x7FFF_F000,
]

private func missing(_ sound: Sound, fileSize: Int) -> Int {
  if placeholderSizes.contains(sound.size) { return 0 }
  let present = UInt64(max(0, fileSize - sound.offset))
  return sound.size > present ? Int(clamping: sound.size - present) : 0
}

/// Containers made of chunks, each with an identifier and a size.
private struct ChunkLayout {
  /// The offset of the first chunk.
  var start: Int
  var soundChunk: String
  var identifierLength = 4
  var sizeLength = 4
  var bigEndian: Bool
  /// Chunks start at multiples of this.
  var alignment: UInt64 = 2
  var sizeIncludesHeader = false

  init?(_ file: [UInt8]) {
    guard file.count >= 16 else { return nil }
    let kind = file[8..<12]
    if file.starts(with: "RIFF".utf8) || file.starts(with: "RF64".utf8),
      kind.elementsEqual("WAVE".utf8)
    {
      (start, soundChunk, bigEndian) = (12, "data", false)
    } else if file.starts(with: "RIFX".utf8), kind.elementsEqual("WAVE".utf8) {
      (start, soundChunk, bigEndian) = (12, "data", true)
    } else if file.starts(with: "FORM".utf8), kind.starts(with: "AIF".utf8) {
      (start, soundChunk, bigEndian) = (12, "SSND", true)
    } else if file.starts(with: "caff".utf8) {
      (start, soundChunk, bigEndian) = (8, "data", true)
      (sizeLength, alignment) = (8, 1)
    } else if file.starts(with: [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11]) {
      // Sony Wave64: names are GUIDs that begin with the letters of RIFF's, in lower case.
      (start, soundChunk, bigEndian) = (40, "data", false)
      (identifierLength, sizeLength, alignment, sizeIncludesHeader) = (16, 8, 8, true)
    } else {
      return nil
    }
  }

  var headerLength: Int { identifierLength + sizeLength }

  /// The size of the body, in bytes.
  func size(_ header: [UInt8]) -> UInt64 {
    let size = integer(header[identifierLength...], bigEndian: bigEndian)
    guard sizeIncludesHeader else { return size }
    return size > UInt64(headerLength) ? size - UInt64(headerLength) : 0
  }
}

/// The sound of a Sun or NeXT file, in either byte order.
private func sunSound(_ file: [UInt8]) -> Sound? {
  let bigEndian = file.starts(with: ".snd".utf8)
  guard file.count >= 12, bigEndian || file.starts(with: "dns.".utf8) else { return nil }
  return Sound(
    offset: Int(integer(file[4..<8], bigEndian: bigEndian)),
    size: integer(file[8..<12], bigEndian: bigEndian))
}

/// How far the last page of an Ogg stream reaches beyond the end of the file.
///
/// No header of an Ogg file tells its length, but a page does, and a broken copy rarely ends with
/// one. The mark of a last page is not asked for: recordings of live streams have none.
private func missingOggByteCount(descriptor: Int32, fileSize: Int) -> Int {
  let headerLength = 27
  let maximumPageLength = headerLength + 255 + 255 * 255
  let start = max(0, fileSize - maximumPageLength)
  let tail = bytes(of: descriptor, at: start, count: fileSize - start)
  let mark = Array("OggS".utf8)
  for page in tail.indices.reversed() where tail[page...].starts(with: mark) {
    guard tail.count - page > headerLength - 1 else { return headerLength }
    let segments = tail[(page + headerLength)...].prefix(Int(tail[page + headerLength - 1]))
    let length = segments.reduce(headerLength + segments.count) { $0 + Int($1) }
    return max(0, length - (tail.count - page))
  }
  return 0
}
