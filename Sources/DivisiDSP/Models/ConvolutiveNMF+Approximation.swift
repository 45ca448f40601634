internal import DivisiKernels

// V̂, and what it is compared with.
extension ConvolutiveNMF {
  /// Adds to one frame of V̂ what the entries sound like there.
  ///
  /// - Parameters:
  ///   - frame: n.
  ///   - result: K values, added to.
  ///   - part: only what belongs to this part; nil for all.
  func addApproximation(
    ofFrame frame: Int, part: Int16? = nil, to result: UnsafeMutablePointer<Float>
  ) {
    var batch = TemplateBatch(result: result)
    for delay in 0..<min(templateFrames, frame + 1) {
      for entry in pattern.entries(inFrame: frame - delay) {
        let gain = H[Int(entry)] * pattern.amount(ofEntry: Int(entry), part: part)
        if gain == 0 { continue }
        let component = Int(pattern.components[Int(entry)])
        if delay >= W.frameCount(ofComponent: component) { continue }
        batch.add(
          W.frame(delay, ofComponent: component), gain: gain,
          over: W.supports[component].blocks)
      }
    }
    batch.flush()
  }

  /// Computes V̂ of frames that a block of a sweep needs.
  ///
  /// - Parameters:
  ///   - frames: within ``framesReached(by:)``; the block's own for T = 1.
  ///   - result: the column of the first, those of the others after it; bins that the block does not use
  ///     become zero, or for T > 1 what others sound like there. For T > 1 overwritten up to a multiple
  ///     of four columns.
  func approximate(
    _ frames: Range<Int>, of block: FrameSweep.Block, in sweep: FrameSweep,
    to result: UnsafeMutablePointer<Float>
  ) {
    let stride = V.values.columnStride
    guard templateFrames == 1 else { return convolve(frames, to: result) }
    result.update(repeating: 0, count: frames.count * stride)
    for visit in sweep.visits(in: block) {
      let w = UnsafePointer(W.frame(0, ofComponent: visit.component))
      let blocks = W.supports[visit.component].blocks
      func target(_ lane: Int) -> UnsafeMutablePointer<Float> {
        let frame = Int(pattern.frames[visit.entries.lowerBound + lane])
        return result + (frame - frames.lowerBound) * stride
      }
      if visit.entries.count == 4 {
        BlockKernels.add(
          w, gains: values(H, visit), to: (target(0), target(1), target(2), target(3)),
          over: blocks)
      } else {
        for lane in 0..<visit.entries.count {
          BlockKernels.add(
            w, gain: H[visit.entries.lowerBound + lane], to: target(lane), over: blocks)
        }
      }
    }
  }

  /// Computes Σ_τ W_τ →τ(H) of successive frames, four at a time.
  private func convolve(_ frames: Range<Int>, to result: UnsafeMutablePointer<Float>) {
    let count = (frames.count + 3) / 4 * 4
    result.update(repeating: 0, count: count * V.values.columnStride)
    let start = frames.lowerBound - templateFrames + 1
    let length = templateFrames - 1 + count
    withUnsafeTemporaryAllocation(of: Float.self, capacity: length) { gains in
      for component in 0..<componentCount {
        let entries = pattern.entries(
          ofComponent: component, inFrames: max(start, 0)..<frames.upperBound)
        guard !entries.isEmpty else { continue }
        gains.update(repeating: 0)
        var count = 0
        for entry in entries where H[entry] != 0 {
          gains[Int(pattern.frames[entry]) - start] = H[entry]
          count += 1
        }
        if Double(count) < Self.fewOnsets * Double(length) {
          follow(component, gains: UnsafeBufferPointer(gains), frames.count, to: result)
          continue
        }
        for first in stride(from: 0, to: frames.count, by: 4) {
          convolve(
            component, gains: gains.baseAddress! + first + templateFrames - 1,
            to: result + first * V.values.columnStride)
        }
      }
    }
  }

  /// With a smaller share of activations above zero it is quicker to go from onset to onset.
  private static var fewOnsets: Double { 0.6 }

  /// Adds what one component sounds like, onset by onset.
  ///
  /// - Parameters:
  ///   - gains: H, T − 1 values of what came before and one for each frame.
  ///   - result: the frames, up to a multiple of four.
  private func follow(
    _ component: Int, gains: UnsafeBufferPointer<Float>, _ frameCount: Int,
    to result: UnsafeMutablePointer<Float>
  ) {
    let (blocks, T) = (W.supports[component].blocks, W.frameCount(ofComponent: component))
    func template(_ delay: Int) -> UnsafePointer<Float> {
      UnsafePointer(
        0..<T ~= delay ? W.frame(delay, ofComponent: component) : silence.column(0))
    }
    func gain(_ index: Int) -> Float { index < gains.count ? gains[index] : 0 }
    var index = 0
    while index < gains.count {
      guard gains[index] != 0 else {
        index += 1
        continue
      }
      let four = SIMD4(gains[index], gain(index + 1), gain(index + 2), gain(index + 3))
      // The first of the four onsets; none that began before the first frame is asked for.
      let onset = index - templateFrames + 1
      for frame in stride(from: max(0, onset / 4 * 4), to: frameCount, by: 4) {
        let delay = frame - onset
        if delay - 3 >= T { break }
        BlockKernels.follow(
          (
            template(delay - 3), template(delay - 2), template(delay - 1), template(delay),
            template(delay + 1), template(delay + 2), template(delay + 3)
          ), gains: four, to: result + frame * V.values.columnStride,
          stride: V.values.columnStride, over: blocks)
      }
      index += 4
    }
  }

  /// Adds what one component sounds like in four successive frames.
  ///
  /// - Parameter gains: H in the first of them, after T − 1 earlier values and before three later ones.
  private func convolve(
    _ component: Int, gains: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>
  ) {
    let blocks = W.supports[component].blocks
    let stride = V.values.columnStride
    let frameCount = W.frameCount(ofComponent: component)
    var delay = 0
    while delay + 4 <= frameCount {
      let first = gains - delay - 3
      if (0..<7).contains(where: { first[$0] != 0 }) {
        BlockKernels.convolve(
          W.frame(delay, ofComponent: component), stride: stride, gains: first, to: result,
          stride: stride, over: blocks)
      }
      delay += 4
    }
    while delay < frameCount {
      let first = gains - delay
      let four = SIMD4(first[0], first[1], first[2], first[3])
      if four != .zero {
        BlockKernels.add(
          W.frame(delay, ofComponent: component), gains: four,
          to: (result, result + stride, result + 2 * stride, result + 3 * stride), over: blocks)
      }
      delay += 1
    }
  }

  /// The divergence of V from W and H as they are now.
  ///
  /// - Parameter count: of the first so many frames; nil for all.
  public func loss(ofFrames count: Int? = nil) -> Double {
    sumOverFrames(0..<(count ?? frameCount)) { [self] v, approximation in
      [divergence.sum(v, approximation: approximation, over: allBins.blocks), 0]
    }[0]
  }

  /// The factor by which W H would approximate V best in the least-squares sense: ⟨V, V̂⟩ / ⟨V̂,
  /// V̂⟩; 1 where V̂ is zero.
  public func leastSquaresGain() -> Float {
    let sums = sumOverFrames(0..<frameCount) { [self] v, approximation in
      [
        Double(BlockKernels.dot(v, approximation, over: allBins.blocks)),
        Double(BlockKernels.dot(approximation, approximation, over: allBins.blocks)),
      ]
    }
    return sums[1] > 0 ? Float(sums[0] / sums[1]) : 1
  }

  /// Two sums over frames, of what a closure makes of V and V̂ of each.
  private func sumOverFrames(
    _ frames: Range<Int>,
    _ term:
      @Sendable (_ V: UnsafePointer<Float>, _ approximation: UnsafePointer<Float>)
      -> SIMD2<Double>
  ) -> SIMD2<Double> {
    let chunk = 64
    let chunks = (frames.count + chunk - 1) / chunk
    let sums = UnsafeMutableBufferPointer<SIMD2<Double>>.allocate(capacity: chunks)
    defer { sums.deallocate() }
    nonisolated(unsafe) let results = sums
    parallel(chunks) { [self] index in
      let approximation = Matrix(rowCount: binCount, columnCount: 1)
      let column = approximation.column(0)
      var sum = SIMD2<Double>.zero
      for frame in index * chunk..<min((index + 1) * chunk, frames.upperBound) {
        column.update(repeating: 0, count: approximation.columnStride)
        addApproximation(ofFrame: frame, to: column)
        if hasSigns { for bin in 0..<binCount { column[bin] = max(column[bin], 0) } }
        sum += term(V.values.column(frame), column)
      }
      results[index] = sum
    }
    return sums.reduce(.zero, +)
  }
}
