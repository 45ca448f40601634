/// How long signals are cut into blocks that one FFT can correlate or filter.
///
/// Blocks of one FFT overlap by the filter's length less one sample, as overlap-save needs. Chunks
/// are what one thread takes at a time: of a fixed size, so that sums never depend on the number of
/// threads.
struct BlockLayout {
  /// Taps of a filter, or lags of a correlation.
  let filterLength: Int
  /// Samples of one FFT; sixteen filters, which leaves 94 % of them of use.
  let fftLength: Int
  /// New samples in each block.
  let blockLength: Int
  let blockCount: Int
  let chunkCount: Int

  private static let minimumFFTLength = 1024
  private static let blocksPerChunk = 16

  init(sampleCount: Int, filterLength: Int) {
    self.filterLength = filterLength
    var fftLength = Self.minimumFFTLength
    while fftLength < 16 * filterLength { fftLength *= 2 }
    self.fftLength = fftLength
    blockLength = fftLength - filterLength + 1
    blockCount = (sampleCount + blockLength - 1) / blockLength
    chunkCount = (blockCount + Self.blocksPerChunk - 1) / Self.blocksPerChunk
  }

  /// The blocks of one chunk.
  func blocks(ofChunk chunk: Int) -> Range<Int> {
    let first = chunk * Self.blocksPerChunk
    return first..<min(first + Self.blocksPerChunk, blockCount)
  }
}
