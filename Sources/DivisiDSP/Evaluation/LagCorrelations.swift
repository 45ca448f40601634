/// Correlations of every reference with every reference and estimate, at lags from zero.
///
/// Signals are zero outside their length. A correlation at a negative lag is that of the swapped
/// pair.
struct LagCorrelations {
  let lagCount: Int
  let referenceCount: Int

  private let signalCount: Int
  private var values: [Double]

  /// - Complexity: O(S² · samples · log L) time for S signals and L lags, and O(S² · L) memory.
  init(
    references: [[Float]], estimates: [[Float]], lagCount: Int, plan: DoubleFFTPlan,
    parallel: Parallel
  ) {
    self.lagCount = lagCount
    referenceCount = references.count
    let signals = references + estimates
    signalCount = signals.count
    let layout = BlockLayout(sampleCount: references[0].count, filterLength: lagCount)
    let valueCount = references.count * signals.count * lagCount
    let partialSums = SharedValues(repeating: 0.0, count: layout.chunkCount * valueCount)
    let referenceCount = referenceCount
    parallel(layout.chunkCount) { chunk in
      Self.correlate(
        signals, referenceCount: referenceCount, blocks: layout.blocks(ofChunk: chunk),
        layout: layout, plan: plan, into: partialSums.values(from: chunk * valueCount))
    }
    values = [Double](repeating: 0, count: valueCount)
    for chunk in 0..<layout.chunkCount {
      for index in 0..<valueCount { values[index] += partialSums[chunk * valueCount + index] }
    }
  }

  /// Σ x[n] · y[n + lag], x a reference and y a signal: the references come first, then the
  /// estimates.
  subscript(reference: Int, signal: Int, lag: Int) -> Double {
    values[(reference * signalCount + signal) * lagCount + lag]
  }

  /// The correlations of one pair at all lags.
  func lags(reference: Int, signal: Int) -> ArraySlice<Double> {
    let start = (reference * signalCount + signal) * lagCount
    return values[start..<start + lagCount]
  }

  /// Sums the products of the spectra over some blocks and transforms back once.
  private static func correlate(
    _ signals: [[Float]], referenceCount: Int, blocks: Range<Int>, layout: BlockLayout,
    plan: DoubleFFTPlan, into result: UnsafeMutablePointer<Double>
  ) {
    let heads = (0..<referenceCount).map { _ in DoubleFFTBuffer(length: layout.fftLength) }
    let whole = DoubleFFTBuffer(length: layout.fftLength)
    let binCount = whole.binCount
    var sums = [SIMD2<Double>](
      repeating: .zero, count: referenceCount * signals.count * binCount)
    for block in blocks {
      let start = block * layout.blockLength
      for (head, signal) in zip(heads, signals) {
        head.load(signal, from: start, count: layout.blockLength)
        plan.forward(head)
      }
      for (index, signal) in signals.enumerated() {
        whole.load(signal, from: start, count: layout.fftLength)
        plan.forward(whole)
        for (reference, head) in heads.enumerated() {
          let offset = (reference * signals.count + index) * binCount
          for bin in 0..<binCount {
            let (a, b) = (head.spectrum[bin], whole.spectrum[bin])
            sums[offset &+ bin] += SIMD2(a.x * b.x + a.y * b.y, a.x * b.y - a.y * b.x)
          }
        }
      }
    }
    let scale = 1 / Double(layout.fftLength)
    for pair in 0..<referenceCount * signals.count {
      for bin in 0..<binCount { whole.spectrum[bin] = sums[pair * binCount + bin] }
      plan.inverse(whole)
      for lag in 0..<layout.filterLength {
        result[pair * layout.filterLength + lag] = whole.time[lag] * scale
      }
    }
  }
}
