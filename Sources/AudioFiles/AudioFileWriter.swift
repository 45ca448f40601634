internal import Glibc

/// A recording that is written piece by piece, so that its length does not matter.
///
/// The same samples give the same bytes, in whatever pieces. What is not finished is removed with
/// this object.
///
/// - Thread: one at a time.
public final class AudioFileWriter {
  private let path: String
  private let name: String
  private let file: HiddenFile
  private var encoder: AudioEncoder?

  /// Makes a new file, and speaks of it by the name that a person knows.
  ///
  /// - Parameter expectedCount: samples of each channel that will come.
  init(
    path: String, named name: String, _ shape: AudioShape, as format: AudioFormat,
    details: EncodingDetails, expectedCount: Int
  ) throws(AudioFileError) {
    file = try HiddenFile(path, named: name)
    self.path = path
    self.name = name
    // Once this is an object, its end removes the file.
    encoder = try AudioEncoder(
      file.descriptor, named: name, shape, as: format, details: details,
      expectedCount: expectedCount)
  }

  deinit {
    if encoder != nil || !isFinished { unlink(path) }
  }

  private var isFinished = false

  /// Adds samples, one slice for each channel, all of one length.
  ///
  /// - Throws: one line if they cannot be written or one of them is not finite.
  public func append(_ channels: [ArraySlice<Float>]) throws(AudioFileError) {
    precondition(encoder != nil, "samples after the end")
    try encoder?.append(channels)
  }

  /// Writes what is left. Nothing may follow.
  ///
  /// - Returns: how many samples were clipped, as ``AudioFile/write(_:to:as:)`` counts them.
  @discardableResult
  public func finish() throws(AudioFileError) -> Int {
    guard let encoder else { return 0 }
    let clippedCount = try encoder.finish()
    // Some disks report that they are full only now; and a rename may outlive data on its way.
    guard fsync(file.descriptor) == 0 else {
      throw AudioFileError(name, expected: "to write this file", errorNumber: errno)
    }
    self.encoder = nil
    isFinished = true
    return clippedCount
  }
}
