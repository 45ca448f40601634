internal import CSndfile
internal import Glibc

/// A recording that is read piece by piece, so that its length does not matter.
///
/// - Thread: one at a time.
public final class AudioFileReader {
  /// The file, as it was given.
  public let path: String
  /// Samples per second in each channel.
  public let sampleRate: Int
  /// Channels, within ``AudioFile/channelCounts``.
  public let channelCount: Int
  /// Samples in each channel as the header says; huge or wrong where it does not know.
  public let statedCount: Int
  /// Samples of each channel that have been read.
  public private(set) var position = 0

  private let descriptor: Int32
  private let file: OpaquePointer
  private let info: SF_INFO

  /// Opens any format that ``AudioFile/read(path:)`` takes.
  ///
  /// - Throws: one line for a file that is missing, empty, truncated, not audio, or outside
  ///   ``AudioFile/channelCounts`` or ``AudioFile/sampleRates``.
  public init(path: String) throws(AudioFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw AudioFileError(path, expected: "an audio file", errorNumber: errno)
    }
    var opened: OpaquePointer?
    do throws(AudioFileError) {
      try AudioFile.checkIsComplete(descriptor, path: path)
      var info = SF_INFO()
      // The library gets a descriptor of its own: it closes one that it cannot make sense of, even
      // where it is told not to, and a second close could hit another thread's file.
      opened = sf_open_fd(dup(descriptor), CInt(SFM_READ), &info, CInt(SF_TRUE))
      guard let file = opened else {
        let isUnknown = sf_error(nil) == CInt(SF_ERR_UNRECOGNISED_FORMAT)
        let found = isUnknown ? "its format is not known" : libraryMessage(nil)
        throw AudioFileError(path, expected: "an audio file", found: found)
      }
      try AudioFile.check(info, path: path)
      self.path = path
      self.descriptor = descriptor
      self.file = file
      self.info = info
      sampleRate = Int(info.samplerate)
      channelCount = Int(info.channels)
      statedCount = Int(info.frames)
    } catch {
      if let opened { sf_close(opened) }
      close(descriptor)
      throw error
    }
  }

  deinit {
    sf_close(file)
    close(descriptor)
  }

  /// Reads the next samples, all of them finite; floating point may exceed ±1.
  ///
  /// - Parameter block: where they go, interleaved; its length says how many are wanted.
  /// - Returns: how many there were for each channel: 0 at the end of the file.
  /// - Throws: one line for sound that is damaged, truncated, not finite, or none at all.
  public func read(into block: inout [Float]) throws(AudioFileError) -> Int {
    let wanted = block.count / channelCount
    let count = max(0, Int(sf_readf_float(file, &block, sf_count_t(wanted))))
    guard count > 0 else {
      try AudioFile.checkEnd(file, info, sampleCount: position, path: path)
      try AudioFile.checkIsDecoded(descriptor, info, path: path)
      return 0
    }
    for index in 0..<count * channelCount where !block[index].isFinite {
      throw AudioFileError(
        path,
        at: AudioFile.place(
          channel: index % channelCount, sample: position + index / channelCount,
          sampleRate: sampleRate),
        expected: "a finite sample", found: "it is \(block[index])")
    }
    position += count
    return count
  }
}

extension AudioFile {
  /// Refuses what is not a file, and a file that ends before its header says so.
  fileprivate static func checkIsComplete(
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
  fileprivate static func checkIsDecoded(
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

  fileprivate static func check(_ info: SF_INFO, path: String) throws(AudioFileError) {
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

  fileprivate static func checkEnd(
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
