public import DivisiKernels

/// One frame as a sum of a few templates, V̂ = Σ h_i w_i: what separates sound at once, without
/// waiting for the frames that follow.
///
/// It owns its memory.
///
/// - Thread: one at a time; all but making and freeing is real-time safe.
public struct FrameModel: ~Copyable {
  /// One template of the frame. Pointers are to aligned columns of at least K values, zero outside
  /// the blocks.
  public struct Entry: BitwiseCopyable {
    /// K values that sum to 1.
    public var template: UnsafePointer<Float>
    /// Bins that the template may use.
    public var blocks: Blocks
    /// The part that it belongs to.
    public var part: Int
    /// h.
    public var gain: Float

    /// An entry of gain h.
    @_noLocks
    public init(
      template: UnsafePointer<Float>, blocks: Blocks, part: Int, gain: Float
    ) {
      self.template = template
      self.blocks = blocks
      self.part = part
      self.gain = gain
    }
  }

  /// K.
  public let binCount: Int
  /// Entries that there is room for.
  public let capacity: Int
  /// The entries, of which the first ``count`` are in use.
  public let entries: UnsafeMutablePointer<Entry>
  /// The frame's magnitudes, K values and padding.
  public let V: UnsafeMutablePointer<Float>
  /// Number of entries in use.
  public var count = 0

  private let ratio: UnsafeMutablePointer<Float>
  private let stride: Int
  private let hasAVX2: Bool
  /// Of all bins.
  private let allBlocks: UnsafeMutableBufferPointer<Int32>

  /// - Parameter capacity: no frame has more entries.
  public init(binCount: Int, capacity: Int) {
    self.binCount = binCount
    self.capacity = capacity
    stride = Matrix.stride(rowCount: binCount)
    entries = .allocate(capacity: capacity)
    V = Self.column(stride)
    ratio = Self.column(stride)
    hasAVX2 = BlockKernels.hasAVX2
    let blocks = Swift.stride(from: Int32(0), to: Int32(binCount), by: BinBlocks.length)
    allBlocks = .allocate(capacity: blocks.underestimatedCount)
    _ = allBlocks.initialize(from: blocks)
  }

  private static func column(_ count: Int) -> UnsafeMutablePointer<Float> {
    let values = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    values.update(repeating: 0, count: count)
    return values
  }

  deinit {
    entries.deallocate()
    UnsafeMutableRawPointer(V).deallocate()
    UnsafeMutableRawPointer(ratio).deallocate()
    allBlocks.deallocate()
  }

  /// ⟨row, V⟩ over an entry's blocks: what an encoder makes of the frame.
  @_noLocks
  public func encode(_ row: UnsafePointer<Float>, _ entry: Entry) -> Float {
    dot(row, V, entry)
  }

  /// One multiplicative Kullback-Leibler step on all gains.
  ///
  /// - SeeAlso: Lee & Seung, NIPS 2000, eq. 5.
  @_noLocks
  public func refine() {
    SpectrumKernels.clear(ratio, count: stride)
    addApproximation(to: ratio)
    if hasAVX2 {
      WideKernels.divide(
        V, by: ratio, epsilon: BlockKernels.epsilon, over: Blocks(allBlocks))
    } else {
      DivisiKernels.Kernels.divide(
        V, by: ratio, epsilon: BlockKernels.epsilon, over: Blocks(allBlocks))
    }
    var index = 0
    while index < count {
      entries[index].gain *= dot(entries[index].template, ratio, entries[index])
      index &+= 1
    }
  }

  /// Adds V̂ to K values.
  ///
  /// - Parameter part: only the entries of this part; −1 for all.
  @_noLocks
  public func addApproximation(part: Int = -1, to result: UnsafeMutablePointer<Float>) {
    var index = 0
    while index < count {
      let entry = entries[index]
      if (part < 0 || entry.part == part) && entry.gain > 0 {
        if hasAVX2 {
          WideKernels.add(
            entry.template, gain: entry.gain, to: result, over: entry.blocks)
        } else {
          DivisiKernels.Kernels.add(
            entry.template, gain: entry.gain, to: result, over: entry.blocks)
        }
      }
      index &+= 1
    }
  }

  @_noLocks @inline(__always)
  private func dot(_ w: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ entry: Entry) -> Float {
    hasAVX2
      ? WideKernels.dot(w, x, over: entry.blocks)
      : DivisiKernels.Kernels.dot(w, x, over: entry.blocks)
  }
}
