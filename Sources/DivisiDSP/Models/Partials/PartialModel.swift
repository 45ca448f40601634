internal import Glibc

/// Tones whose partials follow their pitch: V̂_kn = Σ_t Σ_h a_sh · g_tn · L(k − h f_tn), s the source of tone t.
///
/// f is given, and L is the main lobe of the window; the levels a of the partials of a source and the gain g of a tone in a
/// frame are found by multiplicative updates for the Kullback-Leibler divergence, in turn. A partial may count by its
/// share of what its bins hold, so that one which lies below another sound's learns little there:
///
///     g_tn ← g_tn · Σ_h q a Σ_k L V ⊘ V̂ / Σ_h q a Σ_k L            q = share + 0.02, or 1
///     a_sh ← a_sh · Σ_tn q g Σ_k L V ⊘ V̂ / Σ_tn q g Σ_k L
///
/// - Thread: one at a time; work inside a call is spread by `parallel`, and the bits do not depend on how. Reading is safe on
///   any thread while nothing is updated.
/// - SeeAlso: Févotte & Idier 2011 (the updates); Ewert & Müller, "Estimating note intensities in music recordings",
///   ICASSP 2011 (partials that follow a score).
public final class PartialModel: @unchecked Sendable {
  /// K × N magnitudes.
  public let V: Spectrogram
  /// What sounds.
  public let tones: [MovingTone]
  /// How many sources there are.
  public let sourceCount: Int

  let lobes: PartialLobes
  /// g of each voice.
  let gains: UnsafeMutableBufferPointer<Float>
  /// a, ``partialCount`` values for each source.
  let levels: UnsafeMutableBufferPointer<Float>
  /// Each partial's share of what the model has in its bins.
  let shares: UnsafeMutableBufferPointer<Float>
  /// All bins, K.
  let allBins: BinBlocks
  private let parallel: Parallel

  /// The most partials of a tone.
  public static let partialCount = PartialLobes.partialCount

  /// A partial counts by its share and this, once the model knows shares at all.
  private static let leastWeight: Float = 0.02
  /// Groups of frames that are summed on their own; constant, so that sums never depend on the number of threads.
  private static let groupCount = 8
  /// Levels start at the h-th partial's h to this power.
  private static let startSlope: Float = -0.6

  /// - Parameters:
  ///   - tones: within the frames of V.
  ///   - levels: where a starts, ``partialCount`` values for each source; nil for partials that fall off evenly.
  public init(
    spectrogram V: Spectrogram, tones: [MovingTone], sourceCount: Int, levels start: [Float]? = nil,
    parallel: @escaping Parallel = sequentially
  ) {
    self.V = V
    allBins = .full(binCount: V.binCount)
    self.tones = tones
    self.sourceCount = sourceCount
    self.parallel = parallel
    lobes = PartialLobes(tones, binCount: V.binCount, frameCount: V.frameCount)
    gains = .allocate(capacity: lobes.tones.count)
    gains.initialize(repeating: 1)
    levels = .allocate(capacity: sourceCount * Self.partialCount)
    shares = .allocate(capacity: lobes.bins.count)
    shares.initialize(repeating: 1)
    for index in levels.indices {
      let partial = Float(index % Self.partialCount + 1)
      levels.initializeElement(
        at: index, to: start?[index] ?? powf(partial, Self.startSlope))
    }
    let gain = leastSquaresGain()
    for voice in gains.indices { gains[voice] = gain }
  }

  deinit {
    gains.deallocate()
    levels.deallocate()
    shares.deallocate()
  }

  /// a of each source, ``partialCount`` values each.
  public var partialLevels: [Float] { Array(levels) }

  // MARK: Updates

  /// One step on the gains, then one on the levels.
  ///
  /// - Parameter weighted: whether partials count by their shares.
  /// - Complexity: O(bins of all lobes + K · N).
  public func iterate(weighted: Bool) {
    updateGains(weighted: weighted)
    updateLevels(weighted: weighted)
  }

  /// Finds the share of each partial as the model is now.
  public func measureShares() {
    forEachFrame { [self] _, frame, approximation, _ in
      forEachPartial(inFrame: frame) { voice, partial, level in
        setShare(partial, own: gains[voice] * level * lobes.sums[partial], approximation)
      }
    }
  }

  private func updateGains(weighted: Bool) {
    forEachFrame { [self] _, frame, approximation, quotient in
      for voice in lobes.firstVoice[frame]..<lobes.firstVoice[frame + 1] {
        let first = lobes.firstPartial[voice]
        let level = levels.baseAddress! + levelIndex(ofVoice: voice)
        var (numerator, denominator) = (Float(0), Float(0))
        for partial in first..<lobes.firstPartial[voice + 1] {
          let a = level[partial - first]
          if weighted {
            setShare(partial, own: gains[voice] * a * lobes.sums[partial], approximation)
          }
          let weight = weighted ? a * (shares[partial] + Self.leastWeight) : a
          numerator += weight * correlate(partial, quotient)
          denominator += weight * lobes.sums[partial]
        }
        gains[voice] *= numerator / (denominator + BlockKernels.epsilon)
      }
    }
  }

  private func updateLevels(weighted: Bool) {
    let count = levels.count
    let sums = UnsafeMutableBufferPointer<SIMD2<Float>>.allocate(
      capacity: Self.groupCount * count)
    sums.initialize(repeating: .zero)
    defer { sums.deallocate() }
    nonisolated(unsafe) let groups = sums
    forEachFrame { [self] group, frame, _, quotient in
      for voice in lobes.firstVoice[frame]..<lobes.firstVoice[frame + 1] {
        let first = lobes.firstPartial[voice]
        let sum = groups.baseAddress! + group * count + levelIndex(ofVoice: voice)
        for partial in first..<lobes.firstPartial[voice + 1] {
          let weight =
            weighted ? gains[voice] * (shares[partial] + Self.leastWeight) : gains[voice]
          sum[partial - first] +=
            weight * SIMD2(correlate(partial, quotient), lobes.sums[partial])
        }
      }
    }
    for index in 0..<count {
      let sum = (0..<Self.groupCount).reduce(SIMD2<Float>.zero) {
        $0 + sums[$1 * count + index]
      }
      if sum.y > 0 { levels[index] *= sum.x / (sum.y + BlockKernels.epsilon) }
    }
  }

  // MARK: Frames

  private func levelIndex(ofVoice voice: Int) -> Int {
    tones[Int(lobes.tones[voice])].source * Self.partialCount
  }

  /// Visits each partial of a frame with the level that its source gives it.
  @inline(__always)
  private func forEachPartial(
    inFrame frame: Int, _ visit: (_ voice: Int, _ partial: Int, _ level: Float) -> Void
  ) {
    for voice in lobes.firstVoice[frame]..<lobes.firstVoice[frame + 1] {
      let first = lobes.firstPartial[voice]
      let level = levelIndex(ofVoice: voice)
      for partial in first..<lobes.firstPartial[voice + 1] {
        visit(voice, partial, levels[level + partial - first])
      }
    }
  }

  /// Calls a closure with each frame that sounds, V̂ and V ⊘ V̂ of it, and the group that it belongs to.
  private func forEachFrame(
    _ body:
      @Sendable (
        _ group: Int, _ frame: Int, _ approximation: UnsafePointer<Float>,
        _ quotient: UnsafePointer<Float>
      ) -> Void
  ) {
    let frameCount = V.frameCount
    parallel(Self.groupCount) { [self] group in
      let work = Matrix(rowCount: V.binCount, columnCount: 2)
      let (approximation, quotient) = (work.column(0), work.column(1))
      let frames =
        frameCount * group / Self.groupCount..<frameCount * (group + 1) / Self.groupCount
      for frame in frames where lobes.firstVoice[frame] < lobes.firstVoice[frame + 1] {
        approximation.update(repeating: 0, count: V.binCount)
        addApproximation(ofFrame: frame, to: approximation)
        let v = V.values.column(frame)
        for bin in 0..<V.binCount {
          quotient[bin] = v[bin] / (approximation[bin] + BlockKernels.epsilon)
        }
        body(group, frame, approximation, quotient)
      }
    }
  }

  /// Adds what the tones sound like in a frame.
  ///
  /// - Parameters:
  ///   - part: only those of this part; nil for all.
  ///   - result: K values, added to.
  func addApproximation(
    ofFrame frame: Int, part: Int? = nil, gain: Float = 1,
    to result: UnsafeMutablePointer<Float>
  ) {
    forEachPartial(inFrame: frame) { voice, partial, level in
      if let part, tones[Int(lobes.tones[voice])].part != part { return }
      let level = gain * level * gains[voice]
      let (first, end) = (lobes.firstValue[partial], lobes.firstValue[partial + 1])
      let target = result + Int(lobes.bins[partial])
      for value in first..<end { target[value &- first] += level * lobes.values[value] }
    }
  }

  private func correlate(_ partial: Int, _ quotient: UnsafePointer<Float>) -> Float {
    let (first, end) = (lobes.firstValue[partial], lobes.firstValue[partial + 1])
    let source = quotient + Int(lobes.bins[partial])
    var sum: Float = 0
    for value in first..<end { sum += source[value &- first] * lobes.values[value] }
    return sum
  }

  private func setShare(_ partial: Int, own: Float, _ approximation: UnsafePointer<Float>) {
    let count = lobes.firstValue[partial + 1] - lobes.firstValue[partial]
    let source = approximation + Int(lobes.bins[partial])
    var sum: Float = 0
    for bin in 0..<count { sum += source[bin] }
    shares[partial] = sum > 0 ? min(own / sum, 1) : 0
  }
}
