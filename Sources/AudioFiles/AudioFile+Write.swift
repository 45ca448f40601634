internal import CSndfile

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
    _ buffer: AudioBuffer, to path: String, as format: AudioFormat,
    details: EncodingDetails = EncodingDetails()
  ) throws(AudioFileError) -> Int {
    try write(buffer, to: path, as: format, details: details, named: path)
  }

  /// Writes to one path and speaks of another, the one that a person knows.
  static func write(
    _ buffer: AudioBuffer, to path: String, as format: AudioFormat,
    details: EncodingDetails = EncodingDetails(), named name: String
  ) throws(AudioFileError) -> Int {
    let writer = try AudioFileWriter(
      path: path, named: name, buffer.shape, as: format, details: details,
      expectedCount: buffer.sampleCount)
    try writer.append(buffer.channels.map { $0[...] })
    return try writer.finish()
  }

  /// Writes the bytes of a file to an open, seekable descriptor.
  static func encode(
    _ buffer: AudioBuffer, as format: AudioFormat, into descriptor: Int32, named name: String
  ) throws(AudioFileError) -> Int {
    let encoder = try AudioEncoder(
      descriptor, named: name, buffer.shape, as: format, details: EncodingDetails(),
      expectedCount: buffer.sampleCount)
    try encoder.append(buffer.channels.map { $0[...] })
    return try encoder.finish()
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

  /// What libsndfile calls a format.
  static func libraryFormat(
    _ format: AudioFormat, channelCount: Int, sampleCount: Int
  ) -> CInt {
    let large = needsLargeContainer(format, channelCount: channelCount, sampleCount: sampleCount)
    let wav = large ? SF_FORMAT_RF64 : SF_FORMAT_WAV
    return switch format {
    case .flac: CInt(SF_FORMAT_FLAC | SF_FORMAT_PCM_24)
    case .wav16: CInt(wav | SF_FORMAT_PCM_16)
    case .wav24: CInt(wav | SF_FORMAT_PCM_24)
    case .wavFloat: CInt(wav | SF_FORMAT_FLOAT)
    case .ogg: CInt(SF_FORMAT_OGG | SF_FORMAT_VORBIS)
    case .opus: CInt(SF_FORMAT_OGG | SF_FORMAT_OPUS)
    case .mp3: CInt(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
    }
  }
}

extension AudioBuffer {
  var shape: AudioShape { AudioShape(sampleRate: sampleRate, channelCount: channels.count) }
}
