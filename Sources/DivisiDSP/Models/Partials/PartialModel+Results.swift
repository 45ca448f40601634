internal import Glibc

extension PartialModel {
  /// V̂ of one frame.
  ///
  /// - Parameter result: `Matrix.stride(rowCount: K)` values; overwritten.
  func approximation(ofFrame frame: Int, into result: UnsafeMutablePointer<Float>) {
    result.update(repeating: 0, count: Matrix.stride(rowCount: V.binCount))
    addApproximation(ofFrame: frame, to: result)
  }

  /// The Kullback-Leibler divergence of V from V̂.
  func loss() -> Double {
    sum { v, approximation in
      Double(
        BlockKernels.kullbackLeibler(
          v, from: approximation, over: allBins.blocks))
    }
  }

  /// The factor by which V̂ would approximate V best in the least-squares sense; 1 where V̂ is zero.
  func leastSquaresGain() -> Float {
    let norm = sum { Double(BlockKernels.dot($1, $1, over: allBins.blocks)) }
    return norm > 0
      ? Float(sum { Double(BlockKernels.dot($0, $1, over: allBins.blocks)) } / norm) : 1
  }

  private func sum(
    _ term: (_ V: UnsafePointer<Float>, _ approximation: UnsafePointer<Float>) -> Double
  ) -> Double {
    let work = Matrix(rowCount: V.binCount, columnCount: 1)
    return (0..<V.frameCount).reduce(0) {
      approximation(ofFrame: $1, into: work.column(0))
      return $0 + term(V.values.column($1), work.column(0))
    }
  }

  /// The magnitude of a tone in each of its frames, the sum over bins.
  func magnitudes(ofTone tone: Int) -> [Float] {
    let level = tones[tone].source * Self.partialCount
    return lobes.voices[tone].map { voice in
      let first = lobes.firstPartial[Int(voice)]
      return (first..<lobes.firstPartial[Int(voice) + 1]).reduce(0) {
        $0 + gains[Int(voice)] * levels[level + $1 - first] * lobes.sums[$1]
      }
    }
  }

  /// The share of its bins that each of a tone's lowest partials has, by frame; partials that lie above all bins have none.
  public func shares(ofTone tone: Int, partialCount: Int) -> [[Float]] {
    lobes.voices[tone].map { voice in
      let first = lobes.firstPartial[Int(voice)]
      let end = min(lobes.firstPartial[Int(voice) + 1], first + partialCount)
      return (first..<end).map { shares[$0] }
    }
  }

  // MARK: Masks

  /// How much of a part's blurred magnitudes is added to them, so that what is near its partials may be its too.
  private static let blurShare: Float = 0.1
  /// Standard deviations of the blur in bins and in frames, and where it ends.
  private static let blurBins: Float = 6
  private static let blurReach = 24
  private static let frameReach = 3

  /// What a part sounds like in a frame, as masks want it: its partials, and a little of what is around them.
  ///
  /// - Parameters:
  ///   - result: at least K values; overwritten.
  ///   - work: at least K values, contents arbitrary.
  /// - Complexity: O(bins of the lobes of seven frames + 49 K).
  func blurred(
    frame: Int, part: Int, into result: UnsafeMutablePointer<Float>,
    work: UnsafeMutablePointer<Float>
  ) {
    let count = V.binCount
    let kernel = BlurKernel.shared
    work.update(repeating: 0, count: count)
    for offset in -Self.frameReach...Self.frameReach
    where (0..<V.frameCount).contains(frame + offset) {
      addApproximation(
        ofFrame: frame + offset, part: part, gain: Self.blurShare * kernel.frames[abs(offset)],
        to: work)
    }
    result.update(repeating: 0, count: count)
    for offset in -Self.blurReach...Self.blurReach {
      let weight = kernel.bins[abs(offset)]
      let (first, end) = (max(0, -offset), min(count, count - offset))
      let source = work + offset
      var bin = first
      while bin < end {
        result[bin] += weight * source[bin]
        bin &+= 1
      }
    }
    addApproximation(ofFrame: frame, part: part, to: result)
  }

  /// Gaussian weights by distance, which add up to 1 over both sides.
  private struct BlurKernel {
    static let shared = BlurKernel()
    let bins = weights(deviation: PartialModel.blurBins, reach: PartialModel.blurReach)
    let frames = weights(deviation: 1, reach: PartialModel.frameReach)

    private static func weights(deviation: Float, reach: Int) -> [Float] {
      let values = (0...reach).map { expf(-0.5 * Float($0 * $0) / (deviation * deviation)) }
      let sum = values[0] + 2 * values.dropFirst().reduce(0, +)
      return values.map { $0 / sum }
    }
  }
}
