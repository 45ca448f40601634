internal import DivisiKernels

// V̂, and what it is compared with.
extension ConvolutiveNMF {
  /// Adds to one frame of V̂ what the entries sound like there.
  ///
  /// - Parameters:
  ///   - frame: n.
  ///   - result: K values, added to.
  ///   - part: only the entries of this part; nil for all.
  func addApproximation(
    ofFrame frame: Int, part: Int16? = nil, to result: UnsafeMutablePointer<Float>
  ) {
    var batch = TemplateBatch(result: result)
    for delay in 0..<min(templateFrames, frame + 1) {
      for entry in pattern.entries(inFrame: frame - delay) {
        let gain = H[Int(entry)]
        if gain == 0 || (part != nil && pattern.parts[Int(entry)] != part) { continue }
        let component = Int(pattern.components[Int(entry)])
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
  ///   - frames: within ``framesHeard(in:)``; the block's own for T = 1.
  ///   - column: where the K values of a frame go; bins that the block does not use become zero, or
  ///     for T > 1 what others sound like there.
  func approximate(
    _ frames: Range<Int>, of block: FrameSweep.Block, in sweep: FrameSweep,
    to column: (_ frame: Int) -> UnsafeMutablePointer<Float>
  ) {
    for frame in frames { column(frame).update(repeating: 0, count: V.values.columnStride) }
    guard templateFrames == 1 else { return addApproximation(ofFrames: frames, to: column) }
    for visit in sweep.visits(in: block) {
      let w = UnsafePointer(W.frame(0, ofComponent: visit.component))
      let blocks = W.supports[visit.component].blocks
      func target(_ lane: Int) -> UnsafeMutablePointer<Float> {
        column(Int(pattern.frames[visit.entries.lowerBound + lane]))
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

  /// Adds to successive frames of V̂ what all entries sound like there.
  ///
  /// Component by component, so that four frames of one template are added at a time.
  ///
  /// - Parameter result: the K values of a frame, added to.
  private func addApproximation(
    ofFrames frames: Range<Int>, to result: (_ frame: Int) -> UnsafeMutablePointer<Float>
  ) {
    let reach = max(frames.lowerBound - templateFrames + 1, 0)..<frames.upperBound
    pattern.frames.withUnsafeBufferPointer { onsets in
      for component in 0..<componentCount {
        let entries = pattern.entries(ofComponent: component, inFrames: reach)
        guard !entries.isEmpty else { continue }
        let blocks = W.supports[component].blocks
        var (first, end) = (entries.lowerBound, entries.lowerBound)
        for frame in frames {
          while end < entries.upperBound && Int(onsets[end]) <= frame { end += 1 }
          while first < end && Int(onsets[first]) + templateFrames <= frame { first += 1 }
          var entry = first
          while entry < end {
            func template(_ index: Int) -> UnsafePointer<Float> {
              UnsafePointer(
                W.frame(frame - Int(onsets[min(index, end - 1)]), ofComponent: component))
            }
            let count = end - entry
            if count == 1 {
              BlockKernels.add(template(entry), gain: H[entry], to: result(frame), over: blocks)
            } else {
              BlockKernels.add(
                (template(entry), template(entry + 1), template(entry + 2), template(entry + 3)),
                gains: [
                  H[entry], H[entry + 1], count > 2 ? H[entry + 2] : 0,
                  count > 3 ? H[entry + 3] : 0,
                ],
                to: result(frame), over: blocks)
            }
            entry += 4
          }
        }
      }
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
        sum += term(V.values.column(frame), column)
      }
      results[index] = sum
    }
    return sums.reduce(.zero, +)
  }
}
