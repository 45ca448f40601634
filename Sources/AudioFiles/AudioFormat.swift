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

  /// The extension of file names, without a dot.
  public var fileExtension: String {
    self == .flac ? "flac" : "wav"
  }

  /// Bits of an integer sample; nil for floating point.
  public var integerBits: Int? {
    switch self {
    case .flac, .wav24: 24
    case .wav16: 16
    case .wavFloat: nil
    }
  }

  /// The value that a file of this format holds for a sample, exactly as it will be read back.
  ///
  /// A residual that is to complete the parts has to be taken from these values and not from the
  /// ones before rounding. Samples beyond full scale are clipped; floating point stays as it is.
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
