/// The energies of the pieces that an estimate falls into, measured on the signals themselves.
///
/// In exact arithmetic they follow from the solution of the normal equations alone. Taken so, a
/// small residual is the difference of two large numbers; measured on the signals, it is affected
/// by an error of the filters in second order only.
struct ProjectionEnergies: BitwiseCopyable {
  /// What the estimate's own reference explains.
  var target = 0.0
  /// What its own reference does not explain.
  var distortion = 0.0
  /// What the other references explain in addition.
  var interference = 0.0
  /// What all references explain.
  var projection = 0.0
  /// What no reference explains.
  var artifacts = 0.0

  /// Filters for one estimate.
  struct Filters {
    /// The filter of the estimate's own reference where that is used alone.
    let own: [Double]
    /// The filters of all references used together.
    let all: [[Double]]
  }

  /// Filters the references block by block and sums what is left of each estimate.
  ///
  /// - Complexity: O(S² · samples + S · samples · log taps) for S references, and memory for a
  ///   few blocks.
  static func measure(
    references: [[Float]], estimates: [[Float]], filters: [Filters], plan: DoubleFFTPlan,
    parallel: Parallel
  ) -> [ProjectionEnergies] {
    let filterLength = filters[0].own.count
    let layout = BlockLayout(
      sampleCount: references[0].count + filterLength - 1, filterLength: filterLength)
    let spectra = filters.map { Spectra($0, layout: layout, plan: plan) }
    let count = estimates.count
    let partialSums = SharedValues(
      repeating: ProjectionEnergies(), count: layout.chunkCount * count)
    parallel(layout.chunkCount) { chunk in
      let inputs = references.map { _ in DoubleFFTBuffer(length: layout.fftLength) }
      let own = DoubleFFTBuffer(length: layout.fftLength)
      let all = DoubleFFTBuffer(length: layout.fftLength)
      for block in layout.blocks(ofChunk: chunk) {
        let start = block * layout.blockLength
        for (input, reference) in zip(inputs, references) {
          input.load(reference, from: start - filterLength + 1, count: layout.fftLength)
          plan.forward(input)
        }
        for (index, estimate) in estimates.enumerated() {
          spectra[index].filter(inputs, index: index, own: own, all: all)
          plan.inverse(own)
          plan.inverse(all)
          partialSums[chunk * count + index].add(
            own: own.time + filterLength - 1, all: all.time + filterLength - 1,
            estimate: estimate.dropFirst(start).prefix(layout.blockLength),
            count: layout.blockLength)
        }
      }
    }
    return (0..<count).map { index in
      (0..<layout.chunkCount).reduce(into: ProjectionEnergies()) { sum, chunk in
        sum.add(partialSums[chunk * count + index])
      }
    }
  }

  private mutating func add(
    own: UnsafePointer<Double>, all: UnsafePointer<Double>, estimate: ArraySlice<Float>, count: Int
  ) {
    for index in 0..<count {
      let (target, explained) = (own[index], all[index])
      let sample =
        index < estimate.count ? Double(estimate[estimate.startIndex &+ index]) : 0
      let (distortion, interference) = (sample - target, explained - target)
      let artifact = sample - explained
      self.target += target * target
      self.distortion += distortion * distortion
      self.interference += interference * interference
      projection += explained * explained
      artifacts += artifact * artifact
    }
  }

  private mutating func add(_ other: ProjectionEnergies) {
    target += other.target
    distortion += other.distortion
    interference += other.interference
    projection += other.projection
    artifacts += other.artifacts
  }

  /// The transforms of one estimate's filters, divided by the length of the FFT.
  private struct Spectra {
    let own: [SIMD2<Double>]
    let all: [[SIMD2<Double>]]

    init(_ filters: Filters, layout: BlockLayout, plan: DoubleFFTPlan) {
      let buffer = DoubleFFTBuffer(length: layout.fftLength)
      let scale = 1 / Double(layout.fftLength)
      func transform(_ filter: [Double]) -> [SIMD2<Double>] {
        buffer.time.update(repeating: 0, count: buffer.length)
        for (index, tap) in filter.enumerated() { buffer.time[index] = tap * scale }
        plan.forward(buffer)
        return Array(UnsafeBufferPointer(start: buffer.spectrum, count: buffer.binCount))
      }
      own = transform(filters.own)
      all = filters.all.map(transform)
    }

    /// Filters the reference at an index into `own`, and all references into `all`.
    func filter(
      _ inputs: [DoubleFFTBuffer], index: Int, own: DoubleFFTBuffer, all: DoubleFFTBuffer
    ) {
      all.spectrum.update(repeating: .zero, count: all.binCount)
      for (input, filter) in zip(inputs, self.all) {
        for bin in 0..<all.binCount {
          all.spectrum[bin] += product(filter[bin], input.spectrum[bin])
        }
      }
      for bin in 0..<own.binCount {
        own.spectrum[bin] = product(self.own[bin], inputs[index].spectrum[bin])
      }
    }

    @inline(__always)
    private func product(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
      SIMD2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)
    }
  }
}
