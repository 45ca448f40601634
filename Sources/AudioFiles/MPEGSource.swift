internal import CMPG123

/// An MP3 file, which mpg123 decodes.
///
/// libsndfile would do it with the same library, but guesses how long the sound is where the file does not say it, and
/// stops there.
final class MPEGSource: SampleSource {
  let sampleRate: Int
  let channelCount: Int
  let statedCount: Int
  let warning: String?
  private let path: String
  private let file: PositionedFile
  private let handle: OpaquePointer
  /// What takes the place of lost frames: from where, and for how many samples.
  private var silences: [(position: Int, count: Int)] = []
  private static let retryLimit = 16

  /// - Returns: nil if this is no MP3 file.
  /// - Throws: one line for one that is truncated.
  init?(_ descriptor: Int32, path: String) throws(AudioFileError) {
    guard Self.matches(descriptor), let frames = MPEGFrames(descriptor: descriptor) else {
      return nil
    }
    // In what is damaged, the library might find what looks like another stream; and it takes the encoder’s delay away
    // only where there are as many frames as there should be.
    let count = frames.gaps.isEmpty ? nil : frames.countPlace
    let file = PositionedFile(
      descriptor: descriptor,
      patches: count.map {
        [.init(offset: $0, bytes: [24, 16, 8, 0].map { UInt8(frames.count >> $0 & 0xFF) })]
      } ?? [], cuts: frames.gaps.map(\.bytes))
    // What somebody has put together from several files goes on behind the end that the first one states.
    let goesOn = frames.statedCount.map { frames.count > $0 + 1 } ?? false
    guard
      let handle = mpeg_open(
        file.address, { PositionedFile.of($0).read($1, count: $2) },
        { PositionedFile.of($0).seek($1, from: $2) },
        goesOn ? 0 : Int(MPG123_NO_FRANKENSTEIN.rawValue))
    else { return nil }
    var (rate, channels): (Int, Int32) = (0, 0)
    guard mpeg_format(handle, &rate, &channels) != 0 else {
      mpeg_close(handle)
      return nil
    }
    if frames.isTruncated {
      mpeg_close(handle)
      throw AudioFileError(
        path, at: "sample \(frames.count * frames.length)",
        expected: "\((frames.statedCount ?? 0) * frames.length) samples",
        found: "the file is truncated")
    }
    self.path = path
    self.file = file
    self.handle = handle
    sampleRate = rate
    channelCount = Int(channels)
    let length = max(0, Int(mpeg_length(handle)))
    // The library takes the encoder’s delay and its own away, as far as the file says it.
    let skipped = min(Self.delay, max(0, frames.count * frames.length - length))
    var silent = 0
    for (gap, lost) in zip(frames.gaps, frames.lostCounts) {
      let position = max(0, gap.frame * frames.length - skipped) + silent
      silences.append((position, lost * frames.length))
      silent += lost * frames.length
    }
    statedCount = goesOn ? 0 : length + silent
    warning =
      silences.isEmpty
      ? nil
      : Self.warning(
        path: path, count: silences.count, firstSample: silences[0].position, sampleRate: rate)
  }

  /// Of most encoders, 576 samples, and of all decoders, 529.
  private static let delay = 1105

  deinit { mpeg_close(handle) }

  var tags: AudioTags { AudioTags(ofMPEG: handle) }

  func read(
    into block: UnsafeMutableBufferPointer<Float>, position: Int
  ) throws(AudioFileError) -> Int {
    var wanted = block.count / channelCount
    if let silence = silences.first {
      if silence.position <= position {
        let count = min(wanted, silence.position + silence.count - position)
        for index in 0..<max(0, count) * channelCount { block[index] = 0 }
        if position + count >= silence.position + silence.count { silences.removeFirst() }
        if count > 0 { return count }
      } else {
        wanted = min(wanted, silence.position - position)
      }
    }
    let size = wanted * channelCount * MemoryLayout<Float>.size
    for _ in 0..<Self.retryLimit {
      var done = 0
      let result = mpg123_read(handle, block.baseAddress, size, &done)
      let count = done / MemoryLayout<Float>.size / channelCount
      if count > 0 { return count }
      if result == MPG123_DONE.rawValue { return 0 }
      if result == MPG123_NEW_FORMAT.rawValue {
        throw AudioFileError(
          path, at: "sample \(position)", expected: "the sample rate and channels of the start",
          found: "they change")
      }
    }
    throw AudioFileError(
      path, at: "sample \(position)", expected: "sound that can be decoded",
      found: String(cString: mpg123_strerror(handle)))
  }

  /// Whether a file starts as MP3 files do, behind tags.
  private static func matches(_ descriptor: Int32) -> Bool {
    var offset = 0
    // Some files have several.
    for _ in 0..<16 {
      let start = bytes(of: descriptor, at: offset, count: 10)
      guard start.count == 10 else { return false }
      guard start.starts(with: "ID3".utf8) else { return isHeader(start) }
      let size = start[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
      let hasFooter = start[5] & 0x10 != 0
      offset += 10 + size + (hasFooter ? 10 : 0)
      // Between tag and sound there may be padding.
      let rest = bytes(of: descriptor, at: offset, count: 4096)
      offset += rest.prefix { $0 == 0 }.count
    }
    return false
  }

  /// Eleven bits that are set; a version, a layer, a bit rate and a sample rate that there are.
  private static func isHeader(_ bytes: [UInt8]) -> Bool {
    bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0 && bytes[1] & 0x18 != 0x08 && bytes[1] & 0x06 != 0
      && bytes[2] & 0xF0 != 0xF0 && bytes[2] & 0x0C != 0x0C
  }
}
