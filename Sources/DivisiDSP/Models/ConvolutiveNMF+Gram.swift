internal import DivisiKernels

// For the Euclidean distance and templates of one frame, the denominators WᵀV̂ and V̂Hᵀ are products
// with small Gram matrices, WᵀW H and W HHᵀ: V̂ is never formed, and V only read where it is open.
extension ConvolutiveNMF {
  /// Whether updates are computed that way.
  var usesGram: Bool { divergence.beta == 2 && templateFrames == 1 }

  /// ``denominators`` ← WᵀW H at all entries.
  func fillGramDenominatorsOfActivations() {
    let gram = templateGram()
    let columns = gram.view
    parallel(sweep.chunks.count) { [self] chunk in
      forEachFrame(ofChunk: chunk) { entries, components, gains in
        for (index, entry) in entries.enumerated() {
          let column = columns.column(Int(components[index]))
          var sum: Float = 0
          for other in entries.indices { sum += column[Int(components[other])] * gains[other] }
          denominators[Int(entry)] = sum
        }
      }
    }
  }

  /// ``gramDenominators`` ← W HHᵀ.
  func fillGramDenominatorsOfTemplates() {
    if gramDenominators.columnCount == 0 {
      gramDenominators = Matrix(rowCount: binCount, columnCount: componentCount)
    }
    let count = sweep.chunks.count
    let partial = Matrix(rowCount: componentCount, columnCount: componentCount * count)
    nonisolated(unsafe) let base = partial.column(0)
    let stride = partial.columnStride
    parallel(count) { [self] chunk in
      let gram = base + chunk * componentCount * stride
      forEachFrame(ofChunk: chunk) { entries, components, gains in
        for index in entries.indices {
          let column = gram + Int(components[index]) * stride
          let gain = gains[index]
          for other in entries.indices { column[Int(components[other])] += gain * gains[other] }
        }
      }
    }
    for chunk in 1..<max(count, 1) {
      let other = base + chunk * componentCount * stride
      for index in 0..<componentCount * stride { base[index] += other[index] }
    }
    parallel(componentCount) { [self] component in
      let blocks = W.supports[component].blocks
      let result = gramDenominators.column(component)
      let gains = base + component * stride
      BlockKernels.clear(result, over: blocks)
      var batch = TemplateBatch(result: result)
      for other in 0..<componentCount where gains[other] > 0 {
        batch.add(W.frame(0, ofComponent: other), gain: gains[other], over: blocks)
      }
      batch.flush()
    }
  }

  /// WᵀW, R × R; columns without entries are zero.
  private func templateGram() -> Matrix {
    let gram = Matrix(rowCount: componentCount, columnCount: componentCount)
    nonisolated(unsafe) let base = gram.column(0)
    let stride = gram.columnStride
    parallel(componentCount) { [self] component in
      guard !pattern.entries(ofComponent: component).isEmpty else { return }
      let w = W.frame(0, ofComponent: component)
      let blocks = W.supports[component].blocks
      let column = base + component * stride
      func other(_ index: Int) -> UnsafePointer<Float> {
        UnsafePointer(W.frame(0, ofComponent: min(index, componentCount - 1)))
      }
      for first in Swift.stride(from: 0, to: componentCount, by: 4) {
        let four = BlockKernels.dot(
          w, (other(first), other(first + 1), other(first + 2), other(first + 3)), over: blocks)
        for lane in 0..<min(4, componentCount - first) { column[first + lane] = four[lane] }
      }
    }
    return gram
  }

  /// Calls a closure with what is open in each frame of a chunk: the entries, and their components and
  /// activations.
  private func forEachFrame(
    ofChunk chunk: Int,
    _ body: (UnsafeBufferPointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Float>) -> Void
  ) {
    guard let first = sweep.chunks[chunk].first, let last = sweep.chunks[chunk].last else { return }
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: componentCount) { components in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: componentCount) { gains in
        pattern.entriesByFrame.withUnsafeBufferPointer { all in
          for frame in first.frames.lowerBound..<last.frames.upperBound {
            let entries = UnsafeBufferPointer(
              rebasing: all[pattern.firstInFrame[frame]..<pattern.firstInFrame[frame + 1]])
            for (index, entry) in entries.enumerated() {
              components.initializeElement(at: index, to: pattern.components[Int(entry)])
              gains.initializeElement(at: index, to: H[Int(entry)])
            }
            body(entries, components.baseAddress!, gains.baseAddress!)
          }
        }
      }
    }
  }
}
