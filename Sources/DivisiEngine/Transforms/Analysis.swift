import DivisiDSP

/// Turns a recording into the magnitude spectrogram that models factorise.
enum Analysis {
  /// The magnitude of all channels together, √Σ|X_c|², scaled to a maximum of 1.
  ///
  /// - Parameters:
  ///   - channels: planar samples, of equal length.
  ///   - binCount: K of the result; bins above are left out.
  /// - Returns: K × N; all zero for digital silence.
  static func magnitude(
    of channels: [[Float]], stft: STFT, binCount: Int, parallel: Parallel
  ) -> Spectrogram {
    scaledMagnitude(of: channels, stft: stft, binCount: binCount, parallel: parallel).V
  }

  /// The same, and what it was divided by: 0 for digital silence, infinite where samples are so large
  /// that their powers are.
  ///
  /// - Parameter appendedCount: frames of zeros that are to follow.
  static func scaledMagnitude(
    of channels: [[Float]], stft: STFT, binCount: Int, appendedCount: Int = 0, parallel: Parallel
  ) -> (V: Spectrogram, scale: Float) {
    let sampleCount = channels.first?.count ?? 0
    let frameCount = stft.grid.frameCount(sampleCount: sampleCount)
    let V = Spectrogram(Matrix(rowCount: binCount, columnCount: frameCount + appendedCount))
    let chunks = stride(from: 0, to: frameCount, by: 32).map { $0..<min($0 + 32, frameCount) }
    let maxima = UnsafeMutableBufferPointer<Float>.allocate(capacity: chunks.count)
    defer { maxima.deallocate() }
    nonisolated(unsafe) let results = maxima
    parallel(chunks.count) { index in
      let buffer = stft.makeBuffer()
      for frame in chunks[index] {
        let column = V.values.column(frame)
        for channel in channels {
          channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
          SpectrumKernels.addPower(of: buffer.spectrum, to: column, count: binCount)
        }
        SpectrumKernels.formMagnitude(column, count: binCount)
      }
      results.initializeElement(at: index, to: V.values.maximum(ofColumns: chunks[index]))
    }
    let scale = maxima.max() ?? 0
    if scale > 0, scale.isFinite {
      parallel(chunks.count) { V.values.scale(columns: chunks[$0], by: 1 / scale) }
    }
    return (V, scale)
  }
}
