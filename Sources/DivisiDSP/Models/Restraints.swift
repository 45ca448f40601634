/// What keeps a convolutive model to sounds that begin at known times and fade, besides the divergence.
///
///     H_e ← H_e · A_e / ((1 + λ_e) B_e + ε)              A and B as without restraints
///     W_τ ← min(W_τ, c · mean of W_τ−m … W_τ−1)           τ = a, a + 1, …, T − 1, after each step on W
///
/// For β = 1 the first is an L1 penalty of λ_e times the sum of the entry's template. An activation under
/// a penalty that has fallen far below the largest of its component becomes zero, and costs nothing from then on.
public struct Restraints: Sendable {
  /// 1 + λ, by entry.
  let factors: [Float]
  /// How templates fade; nil where they may do as they like.
  let fading: Fading?

  /// How a template fades from some frame on.
  public struct Fading: Sendable {
    /// a: the first frame that has to.
    public let firstFrame: Int
    /// m: with the mean of how many frames before it a frame is compared, or all if there are fewer.
    public let reach: Int
    /// c: how much louder than that mean it may be.
    public let growth: Float

    /// - Precondition: firstFrame and reach are positive.
    public init(firstFrame: Int, reach: Int, growth: Float) {
      precondition(firstFrame > 0 && reach > 0, "from frame \(firstFrame), over \(reach)")
      self.firstFrame = firstFrame
      self.reach = reach
      self.growth = growth
    }
  }

  /// An activation under a penalty is silent below this share of its component's largest, −60 dB. 1e-4 and 1e-2
  /// measure alike on seventeen drum tracks.
  static let silence: Float = 1e-3

  /// - Parameter penalties: λ, one per entry of the pattern, 0 or more.
  public init(penalties: [Float], fading: Fading?) {
    factors = penalties.map { 1 + $0 }
    self.fading = fading
  }
}

extension ConvolutiveNMF {
  /// Whether updates need not look at a visit: its activations are zero, and stay so.
  @inline(__always)
  func isSilent(_ visit: FrameSweep.Visit) -> Bool {
    restraints != nil && visit.entries.allSatisfy { H[$0] == 0 }
  }

  /// 1 + λ of an entry.
  @inline(__always)
  func factor(_ entry: Int) -> Float { restraints?.factors[entry] ?? 1 }

  /// The same of a visit's entries, and ones.
  @inline(__always)
  func factors(_ visit: FrameSweep.Visit) -> SIMD4<Float> {
    var four = SIMD4<Float>.one
    guard restraints != nil else { return four }
    for lane in 0..<visit.entries.count { four[lane] = factor(visit.entries.lowerBound + lane) }
    return four
  }

  /// The step on H of one component, from ``numerators`` and ``denominators``.
  func updateActivations(_ component: Int) {
    let entries = pattern.entries(ofComponent: component)
    guard let factors = restraints?.factors else {
      for entry in entries {
        H[entry] *= numerators[entry] / (denominators[entry] + BlockKernels.epsilon)
      }
      return
    }
    var largest: Float = 0
    for entry in entries {
      H[entry] *=
        numerators[entry] / (factors[entry] * denominators[entry] + BlockKernels.epsilon)
      largest = max(largest, H[entry])
    }
    for entry in entries where factors[entry] > 1 && H[entry] < Restraints.silence * largest {
      H[entry] = 0
    }
  }

  /// Has the template of one component fade.
  func fade(_ component: Int) {
    guard let fading = restraints?.fading, fading.firstFrame < templateFrames else { return }
    for frame in fading.firstFrame..<templateFrames {
      let first = max(0, frame - fading.reach)
      let gain = fading.growth / Float(frame - first)
      let w = W.frame(frame, ofComponent: component)
      for bin in stride(from: 0, to: W.values.columnStride, by: Lane.scalarCount) {
        var sum = Lane.zero
        for before in first..<frame { sum += W.frame(before, ofComponent: component).lanes(bin) }
        let (value, most) = (w.lanes(bin), sum * gain)
        w.setLanes(bin, value.replacing(with: most, where: value .> most))
      }
    }
  }
}
