internal import CSndfile
internal import Glibc

extension AudioFile {
  /// Writes a recording to a new file; the same samples give the same bytes.
  ///
  /// Integer formats round to the nearest level and clip at full scale
  /// (``AudioFormat/quantized(_:)``). WAV beyond 4 GB becomes RF64. Outputs that belong together
  /// are better written through ``StagedFiles``.
  ///
  /// - Returns: how many samples were clipped.
  /// - Throws: one line for a file that exists already, a folder or disk that cannot take it, what
  ///   the format cannot hold, or a sample that is not finite; no file is left then.
  @discardableResult
  public static func write(
    _ buffer: AudioBuffer, to path: String, as format: AudioFormat
  ) throws(AudioFileError) -> Int {
    try write(buffer, to: path, as: format, named: path)
  }

  /// Writes to one path and speaks of another, the one that a person knows.
  static func write(
    _ buffer: AudioBuffer, to path: String, as format: AudioFormat, named name: String
  ) throws(AudioFileError) -> Int {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw AudioFileError(name, expected: "to write this file", errorNumber: errno)
    }
    defer { close(descriptor) }
    do throws(AudioFileError) {
      let clippedCount = try encode(buffer, as: format, into: descriptor, named: name)
      // Some disks report that they are full only now; and a rename may outlive data on its way.
      guard fsync(descriptor) == 0 else {
        throw AudioFileError(name, expected: "to write this file", errorNumber: errno)
      }
      return clippedCount
    } catch {
      unlink(path)
      throw error
    }
  }

  /// Writes the bytes of a file to an open, seekable descriptor.
  static func encode(
    _ buffer: AudioBuffer, as format: AudioFormat, into descriptor: Int32, named name: String
  ) throws(AudioFileError) -> Int {
    try check(buffer, fits: format, named: name)
    var info = SF_INFO()
    info.samplerate = CInt(buffer.sampleRate)
    info.channels = CInt(buffer.channels.count)
    info.format = libraryFormat(
      format, channelCount: buffer.channels.count, sampleCount: buffer.sampleCount)

    // libsndfile keeps this address until the file is closed.
    let sink = UnsafeMutablePointer<FileSink>.allocate(capacity: 1)
    sink.initialize(to: FileSink(descriptor: descriptor))
    defer { sink.deallocate() }
    var callbacks = FileSink.callbacks
    guard let file = sf_open_virtual(&callbacks, CInt(SFM_WRITE), &info, sink) else {
      throw writeError(sink.pointee, nil, named: name)
    }
    // The chunk of peaks that libsndfile adds to floating point holds the time of day.
    sf_command(file, CInt(SFC_SET_ADD_PEAK_CHUNK), nil, CInt(SF_FALSE))
    let result = Result { () throws(AudioFileError) in
      try writeSamples(buffer, as: format, to: file, sink: sink, named: name)
    }
    let closed = sf_close(file)
    let clippedCount = try result.get()
    guard closed == 0, sink.pointee.errorNumber == 0 else {
      throw writeError(sink.pointee, nil, named: name)
    }
    return clippedCount
  }

  /// WAV sizes are 32-bit numbers; RF64 is WAV with 64-bit ones, which fewer programs read.
  static func needsLargeContainer(
    _ format: AudioFormat, channelCount: Int, sampleCount: Int
  ) -> Bool {
    let headerReserve = 4096
    let bytesPerSample = (format.integerBits ?? 32) / 8
    let (byteCount, overflow) =
      sampleCount.multipliedReportingOverflow(by: channelCount * bytesPerSample)
    return overflow || byteCount > Int(UInt32.max) - headerReserve
  }

  private static func libraryFormat(
    _ format: AudioFormat, channelCount: Int, sampleCount: Int
  ) -> CInt {
    let large = needsLargeContainer(format, channelCount: channelCount, sampleCount: sampleCount)
    let wav = large ? SF_FORMAT_RF64 : SF_FORMAT_WAV
    return switch format {
    case .flac: CInt(SF_FORMAT_FLAC | SF_FORMAT_PCM_24)
    case .wav16: CInt(wav | SF_FORMAT_PCM_16)
    case .wav24: CInt(wav | SF_FORMAT_PCM_24)
    case .wavFloat: CInt(wav | SF_FORMAT_FLOAT)
    }
  }

  private static func check(
    _ buffer: AudioBuffer, fits format: AudioFormat, named name: String
  ) throws(AudioFileError) {
    let channelLimit = format == .flac ? 8 : channelCounts.upperBound
    let advice = format == .flac ? " (wav24 takes more)" : ""
    guard buffer.channels.count <= channelLimit else {
      throw AudioFileError(
        name, expected: "at most \(channelLimit) channels for \(format.rawValue)\(advice)",
        found: "there are \(buffer.channels.count)")
    }
    let rateLimit = format == .flac ? 655_350 : Int(Int32.max)
    guard (1...rateLimit).contains(buffer.sampleRate) else {
      throw AudioFileError(
        name, expected: "a sample rate of 1 to \(rateLimit) Hz for \(format.rawValue)\(advice)",
        found: "it is \(buffer.sampleRate) Hz")
    }
  }

  private static func writeSamples(
    _ buffer: AudioBuffer, as format: AudioFormat, to file: OpaquePointer,
    sink: UnsafeMutablePointer<FileSink>, named name: String
  ) throws(AudioFileError) -> Int {
    let blockLength = 16_384
    let channelCount = buffer.channels.count
    let grid = format.integerBits.map(IntegerGrid.init)
    var integers = [Int32](repeating: 0, count: grid == nil ? 0 : blockLength * channelCount)
    var floats = [Float](repeating: 0, count: grid == nil ? blockLength * channelCount : 0)
    var clippedCount = 0
    for start in stride(from: 0, to: buffer.sampleCount, by: blockLength) {
      let count = min(blockLength, buffer.sampleCount - start)
      for (channel, samples) in buffer.channels.enumerated() {
        for index in 0..<count {
          let sample = samples[start + index]
          guard sample.isFinite else {
            let place = place(
              channel: channel, sample: start + index, sampleRate: buffer.sampleRate)
            throw AudioFileError(
              name, at: place, expected: "a finite sample", found: "it is \(sample)")
          }
          if let grid {
            clippedCount += grid.clips(sample) ? 1 : 0
            integers[index * channelCount + channel] = grid.leftAligned(sample)
          } else {
            floats[index * channelCount + channel] = sample
          }
        }
      }
      let written =
        grid == nil
        ? sf_writef_float(file, floats, sf_count_t(count))
        : sf_writef_int(file, integers, sf_count_t(count))
      guard written == sf_count_t(count) else {
        throw writeError(sink.pointee, file, named: name)
      }
    }
    return clippedCount
  }

  /// The operating system's reason if there is one, else libsndfile's.
  private static func writeError(
    _ sink: FileSink, _ file: OpaquePointer?, named name: String
  ) -> AudioFileError {
    guard sink.errorNumber == 0 else {
      return AudioFileError(name, expected: "to write this file", errorNumber: sink.errorNumber)
    }
    return AudioFileError(name, expected: "to write this file", found: libraryMessage(file))
  }
}
