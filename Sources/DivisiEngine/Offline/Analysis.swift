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

  /// The same, and what it was divided by.
  ///
  /// - Parameter appendedCount: frames of zeros that are to follow.
  static func scaledMagnitude(
    of channels: [[Float]], stft: STFT, binCount: Int, appendedCount: Int = 0, parallel: Parallel
  ) -> (V: Spectrogram, scale: Float) {
    let sampleCount = channels.first?.count ?? 0
    let frameCount = stft.grid.frameCount(sampleCount: sampleCount)
    let V = Matrix(rowCount: binCount, columnCount: frameCount + appendedCount)
    let columns = (0..<frameCount).map { V.column($0) }
    nonisolated(unsafe) let output = columns
    let chunk = 32
    parallel((frameCount + chunk - 1) / chunk) { index in
      let buffer = stft.makeBuffer()
      for frame in index * chunk..<min((index + 1) * chunk, frameCount) {
        for channel in channels {
          channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
          SpectrumKernels.addPower(of: buffer.spectrum, to: output[frame], count: binCount)
        }
        SpectrumKernels.formMagnitude(output[frame], count: binCount)
      }
    }
    let scale = V.maximum()
    if scale > 0 { V.scale(by: 1 / scale) }
    return (Spectrogram(V), scale)
  }
}
