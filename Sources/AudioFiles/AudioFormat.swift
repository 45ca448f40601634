/// A format that parts are written in.
public enum AudioFormat: String, CaseIterable, Sendable {
  /// FLAC with 24 bits: lossless on its grid, about half the size of WAV, at most 8 channels.
  case flac
  /// WAV with 16-bit integers.
  case wav16
  /// WAV with 24-bit integers.
  case wav24
  /// WAV with 32-bit floating point, which neither rounds nor clips.
  case wavFloat = "wav-float"
  /// Ogg Vorbis.
  case ogg
  /// Ogg Opus, at the sample rates that it has, else at 48 kHz, and at most 8 channels.
  case opus
  /// MP3 with variable bit rate, at the sample rates that it has, mono or stereo.
  case mp3

  /// The extension of file names, without a dot.
  public var fileExtension: String {
    switch self {
    case .flac, .ogg, .opus, .mp3: rawValue
    case .wav16, .wav24, .wavFloat: "wav"
    }
  }

  /// Whether what is read back is only nearly what was written.
  public var isLossy: Bool { [.ogg, .opus, .mp3].contains(self) }

  /// Bits of an integer sample; nil for floating point, and for what has no samples of its own.
  public var integerBits: Int? {
    switch self {
    case .flac, .wav24: 24
    case .wav16: 16
    case .wavFloat, .ogg, .opus, .mp3: nil
    }
  }

  /// Whether it has pictures, but none as large as this one.
  public func isTooSmall(for picture: AudioTags.Picture) -> Bool {
    switch self {
    case .flac, .ogg, .opus: !PictureBlock.holds(picture)
    case .mp3: !ID3Tag.holds(picture)
    case .wav16, .wav24, .wavFloat: false
    }
  }

  /// The most channels that it can hold.
  var channelLimit: Int {
    switch self {
    case .flac, .opus: 8
    case .mp3: 2
    case .wav16, .wav24, .wavFloat, .ogg: AudioFile.channelCounts.upperBound
    }
  }

  /// The sample rates that it can hold, in hertz, where they are few.
  var sampleRates: [Int]? {
    switch self {
    case .opus: [8_000, 12_000, 16_000, 24_000, 48_000]
    case .mp3: [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
    case .flac, .wav16, .wav24, .wavFloat, .ogg: nil
    }
  }

  /// What libsndfile calls the compression level, 0 least to 1 most.
  ///
  /// - Parameter quality: as of ``EncodingDetails/quality``.
  func compressionLevel(quality: Double) -> Double? {
    switch self {
    case .flac, .wav16, .wav24, .wavFloat: nil
    // libvorbis’ own scale.
    case .ogg: 1 - quality / 10
    // LAME’s V0 to V9; libsndfile multiplies by ten.
    case .mp3: 0.9 * (1 - quality / 10)
    // 16 to 128 kbit/s for each channel; libsndfile has 6 to 256.
    case .opus: (256 - (16 + 11.2 * quality)) / 250
    }
  }

  /// The value that a file of this format holds for a sample, exactly as it will be read back.
  ///
  /// A residual that is to complete the parts has to be taken from these values and not from the
  /// ones before rounding. Samples beyond full scale are clipped; floating point stays as it is, and so
  /// does what a lossy format is given.
  public func quantized(_ sample: Float) -> Float {
    guard let integerBits else { return sample }
    let grid = IntegerGrid(bits: integerBits)
    return grid.level(of: sample) / grid.scale
  }

  /// Replaces samples by the values that a file of this format holds for them.
  ///
  /// - Returns: how many samples were beyond full scale, and clipped.
  /// - SeeAlso: ``quantized(_:)``
  @discardableResult
  public func quantize(_ samples: inout [Float]) -> Int {
    guard let integerBits else { return 0 }
    let grid = IntegerGrid(bits: integerBits)
    var clippedCount = 0
    for index in samples.indices {
      clippedCount += grid.clips(samples[index]) ? 1 : 0
      samples[index] = grid.level(of: samples[index]) / grid.scale
    }
    return clippedCount
  }
}
