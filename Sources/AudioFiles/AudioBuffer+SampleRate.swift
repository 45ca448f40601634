internal import MediaFiles

extension AudioBuffer {
  /// The same sound at another sample rate.
  ///
  /// - Parameter name: the file, for the error.
  /// - Throws: one line where the libraries that convert are not installed.
  public func converted(toRate rate: Int, named name: String) throws(AudioFileError) -> AudioBuffer
  {
    guard rate != sampleRate else { return self }
    let resampler: Resampler
    do throws(MediaError) {
      resampler = try Resampler(from: sampleRate, to: rate, channelCount: channels.count)
    } catch {
      guard case .missingLibraries(let packages) = error else {
        throw AudioFileError(
          name, expected: "a sample rate of \(rate) Hz", found: "it is \(sampleRate) Hz")
      }
      throw AudioFileError(
        name,
        expected: "a sample rate of \(rate) Hz, or the packages \(packages), which convert others",
        found: "it is \(sampleRate) Hz, and they are not installed")
    }
    var result = channels.map { _ in [Float]() }
    func take(_ interleaved: [Float]) {
      for channel in result.indices {
        result[channel] += stride(from: channel, to: interleaved.count, by: channels.count)
          .lazy.map { interleaved[$0] }
      }
    }
    let blockLength = 16_384
    for start in stride(from: 0, to: sampleCount, by: blockLength) {
      let count = min(blockLength, sampleCount - start)
      let block = [Float](unsafeUninitializedCapacity: count * channels.count) { block, length in
        for (channel, samples) in channels.enumerated() {
          for index in 0..<count {
            block[index * channels.count + channel] = samples[start + index]
          }
        }
        length = count * channels.count
      }
      take(block.withUnsafeBufferPointer { resampler.append($0) })
    }
    take(resampler.finish())
    return AudioBuffer(sampleRate: rate, channels: result)
  }
}
