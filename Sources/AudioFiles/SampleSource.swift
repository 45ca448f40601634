/// A library that decodes an open file from its first sample to its last.
protocol SampleSource: AnyObject {
  var sampleRate: Int { get }
  var channelCount: Int { get }
  /// Samples in each channel as the header says; huge, wrong or 0 where it does not know.
  var statedCount: Int { get }
  /// What the file says of itself.
  var tags: AudioTags { get }
  /// What could not be decoded, in a line; final at the end of the file.
  var warning: String? { get }

  /// Reads the next samples.
  ///
  /// - Parameters:
  ///   - block: where they go, interleaved; its length says how many are wanted at most, and is not 0.
  ///   - position: samples of each channel that have been read.
  /// - Returns: how many there were for each channel: 0 at the end of the file.
  /// - Throws: one line for sound that is damaged or truncated.
  func read(
    into block: UnsafeMutableBufferPointer<Float>, position: Int
  ) throws(AudioFileError) -> Int

  /// Goes to a sample exactly.
  ///
  /// - Returns: false where that cannot be done.
  func seek(to sample: Int) -> Bool
}

extension SampleSource {
  func seek(to sample: Int) -> Bool { false }

  /// That places of a file could not be decoded, in a line.
  static func warning(
    path: String, count: Int, firstSample: Int, sampleRate: Int
  ) -> String {
    let places = count == 1 ? "1 place" : "\(count) places"
    let time = AudioFile.seconds(sample: firstSample, sampleRate: sampleRate)
    let first = count == 1 ? "at \(time)" : "the first at \(time)"
    return
      "\(path): \(places) could not be decoded and \(count == 1 ? "is" : "are") silent, \(first)"
      .onOneLine
  }
}
