/// What keeps a convolutive model to sounds that begin at known times and fade, besides the divergence.
///
///     H_e ← H_e · A_e / ((1 + λ_e) B_e + ε)              A and B as without restraints
///     W_τ ← min(W_τ, c · mean of W_τ−m … W_τ−1)           τ = a, a + 1, …, T − 1, after each step on W
///     H_n ← mean of H_n−s … H_n+s                         after each step on H, for components that do not strike
///
/// For β = 1 the first is an L1 penalty of λ_e times the sum of the entry's template. An activation under
/// a penalty that has fallen far below the largest of its component becomes zero, and costs nothing from then on.
public struct Restraints: Sendable {
  /// 1 + λ, by entry.
  let factors: [Float]
  /// How templates fade; nil where they may do as they like.
  let fading: Fading?
  /// s, by component; 0 for those that are not averaged. Empty for none.
  let reaches: [Int]

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

  /// An activation under a penalty is silent below this share of its component's largest, −40 dB. 1e-4 and 5e-2
  /// measure alike on seventeen drum tracks.
  static let silence: Float = 1e-2

  /// - Parameters:
  ///   - penalties: λ, one per entry of the pattern, 0 or more.
  ///   - reaches: s, one per component, or none.
  public init(penalties: [Float], fading: Fading?, averagedOver reaches: [Int] = []) {
    factors = penalties.map { 1 + $0 }
    self.fading = fading
    self.reaches = reaches
  }

  /// Averages alone.
  public init(averaging pattern: ActivationPattern, over reaches: [Int]) {
    self.init(
      penalties: [Float](repeating: 0, count: pattern.entryCount), fading: nil,
      averagedOver: reaches)
  }
}

extension ConvolutiveNMF {
  /// The visits of a block again, without activations that are zero, and stay so.
  func soundingVisits(_ visits: ArraySlice<FrameSweep.Visit>) -> [FrameSweep.Visit] {
    var result: [FrameSweep.Visit] = []
    var rest = visits
    while let first = rest.first {
      let same = rest.prefix { $0.component == first.component }
      rest = rest[same.endIndex...]
      let end = same[same.endIndex - 1].entries.upperBound
      var entry = first.entries.lowerBound
      while entry < end {
        guard H[entry] != 0 else {
          entry += 1
          continue
        }
        var last = entry + 1
        // As a sweep has them.
        while last < min(entry + 4, end),
          templateFrames < 4 || pattern.frames[last] == pattern.frames[last - 1] + 1
        { last += 1 }
        result.append(FrameSweep.Visit(component: first.component, entries: entry..<last))
        entry = last
      }
    }
    return result
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
    average(component)
  }

  /// Replaces the activations of one component by their moving average, where that is asked for.
  private func average(_ component: Int) {
    guard let reach = restraints.map({ $0.reaches.isEmpty ? 0 : $0.reaches[component] }), reach > 0
    else { return }
    let entries = pattern.entries(ofComponent: component)
    var sums: [Double] = [0]
    for entry in entries { sums.append(sums[sums.count - 1] + Double(H[entry])) }
    for place in 0..<entries.count {
      let (lower, upper) = (max(0, place - reach), min(entries.count, place + reach + 1))
      H[entries.lowerBound + place] = Float(
        max(0, sums[upper] - sums[lower]) / Double(upper - lower))
    }
  }

  /// Has the template of one component fade.
  func fade(_ component: Int) {
    let frameCount = W.frameCount(ofComponent: component)
    guard let fading = restraints?.fading, fading.firstFrame < frameCount else { return }
    for frame in fading.firstFrame..<frameCount {
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
