internal import CSndfile
internal import Glibc

extension AudioFile {
  /// Reads a whole recording.
  ///
  /// Any format that libsndfile knows and that describes itself: WAV, FLAC, AIFF, Ogg, MP3 and
  /// more.
  /// Every sample is finite on return; floating point may exceed ±1.
  ///
  /// - Throws: one line for a file that is missing, empty, truncated, damaged, not audio, outside
  ///   ``channelCounts`` or ``sampleRates``, larger than ``maximumSampleCount``, or that holds a
  ///   sample which is not finite.
  public static func read(path: String) throws(AudioFileError) -> AudioBuffer {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw AudioFileError(path, expected: "an audio file", errorNumber: errno)
    }
    defer { close(descriptor) }
    try checkIsComplete(descriptor, path: path)

    var info = SF_INFO()
    // The library gets a descriptor of its own: it closes one that it cannot make sense of, even
    // where it is told not to, and a second close could hit another thread's file.
    guard let file = sf_open_fd(dup(descriptor), CInt(SFM_READ), &info, CInt(SF_TRUE)) else {
      let isUnknown = sf_error(nil) == CInt(SF_ERR_UNRECOGNISED_FORMAT)
      let found = isUnknown ? "its format is not known" : libraryMessage(nil)
      throw AudioFileError(path, expected: "an audio file", found: found)
    }
    defer { sf_close(file) }
    try check(info, path: path)

    let channels = try decode(file, info, path: path)
    try checkIsDecoded(descriptor, info, path: path)
    return AudioBuffer(sampleRate: Int(info.samplerate), channels: channels)
  }

  /// Refuses what is not a file, and a file that ends before its header says so.
  private static func checkIsComplete(
    _ descriptor: Int32, path: String
  ) throws(AudioFileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw AudioFileError(path, expected: "an audio file", errorNumber: errno)
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      let found = kind == S_IFDIR ? "this is a folder" : "this is not a regular file"
      throw AudioFileError(path, expected: "an audio file", found: found)
    }
    guard status.st_size > 0 else {
      throw AudioFileError(path, expected: "an audio file", found: "the file is empty")
    }
    let missing = missingByteCount(descriptor: descriptor, fileSize: Int(status.st_size))
    guard missing == 0 else {
      throw AudioFileError(
        path, at: "byte \(status.st_size)", expected: "\(missing) more bytes of sound",
        found: "the file is truncated")
    }
  }

  /// Refuses an MP3 whose end was not reached.
  ///
  /// Without a header that states its length (Xing, VBRI), libsndfile guesses one from the bit rate
  /// at the start, and stops there however much is left.
  private static func checkIsDecoded(
    _ descriptor: Int32, _ info: SF_INFO, path: String
  ) throws(AudioFileError) {
    guard Int(info.format) & SF_FORMAT_TYPEMASK == SF_FORMAT_MPEG else { return }
    let largestTagByteCount = 65_536
    let position = lseek(descriptor, 0, SEEK_CUR)
    let end = lseek(descriptor, 0, SEEK_END)
    guard position < 0 || end - position <= largestTagByteCount else {
      throw AudioFileError(
        path, at: "byte \(position)", expected: "an MP3 that states its length, or another format",
        found: "\(end - position) more bytes could not be decoded")
    }
  }

  private static func check(_ info: SF_INFO, path: String) throws(AudioFileError) {
    guard sampleRates.contains(Int(info.samplerate)) else {
      throw AudioFileError(
        path,
        expected: "a sample rate of \(sampleRates.lowerBound) to \(sampleRates.upperBound) Hz",
        found: "it is \(info.samplerate) Hz")
    }
    guard channelCounts.contains(Int(info.channels)) else {
      throw AudioFileError(
        path, expected: "\(channelCounts.lowerBound) to \(channelCounts.upperBound) channels",
        found: "there are \(info.channels)")
    }
  }

  private static func decode(
    _ file: OpaquePointer, _ info: SF_INFO, path: String
  ) throws(AudioFileError) -> [[Float]] {
    let blockLength = 16_384
    let channelCount = Int(info.channels)
    let maximumLength = maximumSampleCount / channelCount
    var channels = [[Float]](repeating: [], count: channelCount)
    // The header is not believed beyond 32 MB; arrays grow as samples really come.
    let likelyLength = max(0, min(Int(info.frames), (1 << 23) / channelCount))
    for channel in channels.indices { channels[channel].reserveCapacity(likelyLength) }
    var block = [Float](repeating: 0, count: blockLength * channelCount)

    while true {
      let count = Int(sf_readf_float(file, &block, sf_count_t(blockLength)))
      guard count > 0 else { break }
      let position = channels[0].count
      guard count <= maximumLength - position else {
        throw AudioFileError(
          path, expected: "at most \(maximumLength) samples per channel", found: "there are more")
      }
      for channel in channels.indices {
        for index in 0..<count {
          let sample = block[index * channelCount + channel]
          guard sample.isFinite else {
            throw AudioFileError(
              path,
              at: place(
                channel: channel, sample: position + index, sampleRate: Int(info.samplerate)),
              expected: "a finite sample", found: "it is \(sample)")
          }
          channels[channel].append(sample)
        }
      }
    }
    try checkEnd(file, info, sampleCount: channels[0].count, path: path)
    return channels
  }

  private static func checkEnd(
    _ file: OpaquePointer, _ info: SF_INFO, sampleCount: Int, path: String
  ) throws(AudioFileError) {
    let place = "sample \(sampleCount)"
    guard sf_error(file) == 0 else {
      throw AudioFileError(
        path, at: place, expected: "sound that can be decoded", found: libraryMessage(file))
    }
    if info.frames != sf_count_t.max, sampleCount < Int(info.frames) {
      throw AudioFileError(
        path, at: place, expected: "\(info.frames) samples", found: "the file is truncated")
    }
    guard sampleCount > 0 else {
      throw AudioFileError(path, expected: "at least one sample", found: "there is none")
    }
  }
}

/// What libsndfile says about a file, or about the last attempt to open one, without a full stop.
func libraryMessage(_ file: OpaquePointer?) -> String {
  var message = String(cString: sf_strerror(file))
  while message.last == "." || message.last == " " || message.last == "\n" { message.removeLast() }
  return message
}
