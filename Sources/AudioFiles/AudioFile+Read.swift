extension AudioFile {
  /// Reads a whole recording.
  ///
  /// Any format that libsndfile, mpg123 or libav knows and that describes itself: WAV, FLAC, AIFF, Ogg, MP3, M4A and
  /// more; libav only where it is installed.
  /// Every sample is finite on return; floating point may exceed ±1.
  ///
  /// - Parameter warn: is told, in a line, of what could not be decoded.
  /// - Throws: one line for a file that is missing, empty, truncated, damaged, not audio, outside
  ///   ``channelCounts`` or ``sampleRates``, larger than ``maximumSampleCount``, or that holds a
  ///   sample which is not finite.
  public static func read(
    path: String, warn: (String) -> Void = { _ in }
  ) throws(AudioFileError) -> AudioBuffer {
    let reader = try AudioFileReader(path: path)
    let blockLength = 16_384
    let channelCount = reader.channelCount
    let maximumLength = maximumSampleCount / channelCount
    var channels = [[Float]](repeating: [], count: channelCount)
    // The header is not believed beyond 32 MB; arrays grow as samples really come.
    let likelyLength = max(0, min(reader.statedCount, (1 << 23) / channelCount))
    for channel in channels.indices { channels[channel].reserveCapacity(likelyLength) }
    var block = [Float](repeating: 0, count: blockLength * channelCount)

    while true {
      let count = try reader.read(into: &block)
      guard count > 0 else { break }
      guard count <= maximumLength - channels[0].count else {
        throw AudioFileError(
          path, expected: "at most \(maximumLength) samples per channel", found: "there are more")
      }
      for channel in channels.indices {
        for index in 0..<count { channels[channel].append(block[index * channelCount + channel]) }
      }
    }
    if let warning = reader.warning { warn(warning) }
    return AudioBuffer(sampleRate: reader.sampleRate, channels: channels)
  }
}
