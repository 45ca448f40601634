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
  /// Samples in each channel as the header says; huge, wrong or 0 where it does not know.
  public let statedCount: Int
  /// Samples of each channel that have been read.
  public private(set) var position = 0

  /// Nil for samples in memory.
  private let descriptor: Int32?
  private let source: any SampleSource

  /// Opens any format that ``AudioFile/read(path:)`` takes.
  ///
  /// - Throws: one line for a file that is missing, empty, truncated, not audio, or outside
  ///   ``AudioFile/channelCounts`` or ``AudioFile/sampleRates``.
  public init(path: String) throws(AudioFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw AudioFileError(path, expected: "an audio file", errorNumber: errno)
    }
    do throws(AudioFileError) {
      try AudioFile.checkIsComplete(descriptor, path: path)
      let source = try AudioFile.source(descriptor, path: path)
      try AudioFile.check(source, path: path)
      self.path = path
      self.descriptor = descriptor
      self.source = source
      sampleRate = source.sampleRate
      channelCount = source.channelCount
      statedCount = source.statedCount
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Reads samples in memory as if they were a file of their name.
  ///
  /// - Throws: one line for what is outside ``AudioFile/channelCounts`` or ``AudioFile/sampleRates``.
  public convenience init(_ samples: SampleArrays) throws(AudioFileError) {
    let source = ArraySource(samples)
    try AudioFile.check(source, path: samples.name)
    self.init(source, path: samples.name)
  }

  /// Reads what has been decoded already as if it were the file.
  public convenience init(_ audio: DecodedAudio) {
    let source = DecodedSource(audio)
    self.init(source, path: source.path)
  }

  private init(_ source: any SampleSource, path: String) {
    self.path = path
    descriptor = nil
    self.source = source
    sampleRate = source.sampleRate
    channelCount = source.channelCount
    statedCount = source.statedCount
  }

  deinit { if let descriptor { close(descriptor) } }

  /// What the file says of itself.
  public var tags: AudioTags { source.tags }

  /// What could not be decoded, in a line; final at the end of the file.
  public var warning: String? { source.warning }

  /// Goes to a sample, from which the next ones are read.
  ///
  /// - Parameter sample: 0 up to ``statedCount``.
  /// - Throws: one line for a file in which one cannot go to a sample exactly: only what libsndfile decodes can be.
  public func seek(to sample: Int) throws(AudioFileError) {
    guard source.seek(to: sample) else {
      throw AudioFileError(
        path, at: "sample \(sample)", expected: "a file that can be read from any sample on",
        found: "this one is read from its begin only")
    }
    position = sample
  }

  /// Reads the next samples, all of them finite; floating point may exceed ±1.
  ///
  /// - Parameter block: where they go, interleaved; its length says how many are wanted.
  /// - Returns: how many there were for each channel: fewer than wanted at the end of the file, then 0.
  /// - Throws: one line for sound that is damaged, truncated, not finite, or none at all.
  public func read(into block: inout [Float]) throws(AudioFileError) -> Int {
    let (stride, start) = (channelCount, position)
    var count = 0
    try block.withUnsafeMutableBufferPointer { (block) throws(AudioFileError) in
      // Libraries may give less than was asked for, long before the end.
      while (count + 1) * stride <= block.count {
        let rest = UnsafeMutableBufferPointer(rebasing: block[(count * stride)...])
        let more = try source.read(into: rest, position: start + count)
        if more == 0 { break }
        count += more
      }
    }
    guard count > 0 else {
      guard position > 0 else {
        throw AudioFileError(path, expected: "at least one sample", found: "there is none")
      }
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

  /// Finds a library that decodes a file.
  fileprivate static func source(
    _ descriptor: Int32, path: String
  ) throws(AudioFileError) -> any SampleSource {
    if let source = try MPEGSource(descriptor, path: path) { return source }
    if let source = try LibrarySource(descriptor, path: path) { return source }
    return try MediaSource(descriptor, path: path)
  }

  fileprivate static func check(
    _ source: any SampleSource, path: String
  ) throws(AudioFileError) {
    guard sampleRates.contains(source.sampleRate) else {
      throw AudioFileError(
        path,
        expected: "a sample rate of \(sampleRates.lowerBound) to \(sampleRates.upperBound) Hz",
        found: "it is \(source.sampleRate) Hz")
    }
    guard channelCounts.contains(source.channelCount) else {
      throw AudioFileError(
        path, expected: "\(channelCounts.lowerBound) to \(channelCounts.upperBound) channels",
        found: "there are \(source.channelCount)")
    }
  }
}
