internal import DivisiKernels

/// V ⊘ W h of one frame, and what templates make of it; for the audio thread.
///
/// - Thread: one at a time; all but making and freeing is real-time safe.
struct MosaicFit: ~Copyable {
  typealias Entry = LiveMosaicModel.Entry

  /// The frame's magnitudes, K values and padding.
  let V: UnsafeMutablePointer<Float>
  /// K and padding.
  let stride: Int

  private let templates: Unmanaged<MosaicTemplates>
  private let W: UnsafePointer<Float>
  /// W h, then V ⊘ W h.
  private let ratio: UnsafeMutablePointer<Float>
  private let hasAVX2: Bool
  private let blocks: UnsafeMutableBufferPointer<Int32>

  init(_ templates: MosaicTemplates) {
    self.templates = .passRetained(templates)
    W = UnsafePointer(templates.values.column(0))
    stride = templates.values.columnStride
    hasAVX2 = BlockKernels.hasAVX2
    let bins = Swift.stride(from: Int32(0), to: Int32(stride), by: BinBlocks.length)
    blocks = .allocate(capacity: bins.underestimatedCount)
    _ = blocks.initialize(from: bins)
    (V, ratio) = (Self.column(stride), Self.column(stride))
  }

  deinit {
    templates.release()
    UnsafeMutableRawPointer(V).deallocate()
    UnsafeMutableRawPointer(ratio).deallocate()
    blocks.deallocate()
  }

  /// Zeros, aligned as columns are.
  static func column(_ count: Int) -> UnsafeMutablePointer<Float> {
    let count = max(count, Matrix.alignment)
    let values = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    values.update(repeating: 0, count: count)
    return values
  }

  /// W h ← gain · x.
  @_noLocks
  func begin(_ x: UnsafePointer<Float>, gain: Float) {
    var bin = 0
    while bin < stride {
      ratio[bin] = gain * x[bin]
      bin &+= 1
    }
  }

  /// Adds a template to W h.
  @_noLocks
  func add(_ template: Int, gain: Float) {
    let column = W + template &* stride
    if hasAVX2 {
      WideKernels.add(column, gain: gain, to: ratio, over: Blocks(blocks))
    } else {
      DivisiKernels.Kernels.add(column, gain: gain, to: ratio, over: Blocks(blocks))
    }
  }

  /// Divides V by W h.
  @_noLocks
  func divide() {
    if hasAVX2 {
      WideKernels.divide(V, by: ratio, epsilon: BlockKernels.epsilon, over: Blocks(blocks))
    } else {
      DivisiKernels.Kernels.divide(
        V, by: ratio, epsilon: BlockKernels.epsilon, over: Blocks(blocks))
    }
  }

  /// What four templates make of V ⊘ W h: the factors of their activations.
  @_noLocks
  func dots(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> SIMD4<Float> {
    let columns = columns(a, b, c, d)
    return hasAVX2
      ? WideKernels.dot(ratio, columns, over: Blocks(blocks))
      : DivisiKernels.Kernels.dot(ratio, columns, over: Blocks(blocks))
  }

  /// Multiplicative Kullback-Leibler steps of a few templates.
  @_noLocks
  func refine(_ entries: UnsafeMutablePointer<Entry>, _ count: Int, steps: Int) {
    guard count > 0 else { return }
    var step = 0
    while step < steps {
      SpectrumKernels.clear(ratio, count: stride)
      var first = 0
      while first < count {
        addFour(entries, first, count)
        first &+= 4
      }
      divide()
      first = 0
      while first < count {
        let products = dots(
          template(entries, first, count), template(entries, first &+ 1, count),
          template(entries, first &+ 2, count), template(entries, first &+ 3, count))
        var lane = 0
        while lane < 4 && first &+ lane < count {
          entries[first &+ lane].value *= products[lane]
          lane &+= 1
        }
        first &+= 4
      }
      step &+= 1
    }
  }

  @_noLocks
  private func addFour(_ entries: UnsafeMutablePointer<Entry>, _ first: Int, _ count: Int) {
    var gains = SIMD4<Float>.zero
    var lane = 0
    while lane < 4 && first &+ lane < count {
      gains[lane] = entries[first &+ lane].value
      lane &+= 1
    }
    let columns = columns(
      template(entries, first, count), template(entries, first &+ 1, count),
      template(entries, first &+ 2, count), template(entries, first &+ 3, count))
    if hasAVX2 {
      WideKernels.add(columns, gains: gains, to: ratio, over: Blocks(blocks))
    } else {
      DivisiKernels.Kernels.add(columns, gains: gains, to: ratio, over: Blocks(blocks))
    }
  }

  /// The template at a place of a list; behind its end the last one again.
  @_noLocks @inline(__always)
  private func template(
    _ entries: UnsafeMutablePointer<Entry>, _ place: Int, _ count: Int
  ) -> Int { Int(entries[min(place, count &- 1)].index) }

  @_noLocks @inline(__always)
  private func columns(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> DivisiKernels.Columns {
    (W + a &* stride, W + b &* stride, W + c &* stride, W + d &* stride)
  }
}
