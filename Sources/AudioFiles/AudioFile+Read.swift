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
    return AudioBuffer(sampleRate: reader.sampleRate, channels: channels)
  }
}
