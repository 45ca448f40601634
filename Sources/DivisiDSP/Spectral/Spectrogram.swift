/// A magnitude spectrogram that several models may be fitted to.
public final class Spectrogram: Sendable {
  /// V: K × N magnitudes, scaled to a maximum of 1, or all zero.
  public let values: Matrix

  /// Takes over the magnitudes.
  public init(_ values: consuming Matrix) { self.values = values }

  /// K.
  public var binCount: Int { values.rowCount }
  /// N.
  public var frameCount: Int { values.columnCount }

  /// Σ V.
  public func sum() -> Double {
    (0..<frameCount).reduce(0) {
      $0 + Double(SpectrumKernels.sum(values.column($1), count: binCount))
    }
  }
}
