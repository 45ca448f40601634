import DivisiDSP
internal import Glibc

/// Draws the activations of a drum's strokes towards the level of those that sound alone, where
/// velocities say nothing.
///
/// A stroke owns the frames from its first one to its component's next stroke, and its gain g is the
/// sum of H there. Each application multiplies its frames by (g₀ / g)^0.1, g₀ being the median gain of the
/// strokes that sound alone.
struct LevelPull {
  private struct Owned {
    let entries: Range<Int>
    let isAlone: Bool
  }

  private let components: [[Owned]]

  private static let strength = 0.1
  /// Of log g₀ / g: 26 dB.
  private static let range = -3.0...3.0
  /// Strokes that sound alone, at least, for their median to say something.
  private static let leastCount = 3
  /// A stroke is alone if no other drum is struck from so long before it to so long after, in seconds,
  private static let silenceBefore = 0.12
  private static let silenceAfter = 0.03
  /// and nothing at all before this.
  private static let leastGap = 0.046

  /// - Parameter strokes: of each component of the pattern, in the order of time.
  init(pattern: ActivationPattern, strokes: [[Stroke]], grid: TimeGrid) {
    let all = strokes.enumerated().flatMap { component, strokes in
      strokes.map { (frame: $0.onsetFrame, component: component) }
    }.sorted { ($0.frame, $0.component) < ($1.frame, $1.component) }
    func frames(_ seconds: Double) -> Int { Int((seconds * grid.frameRate).rounded()) }
    let (before, after, gap) = (
      frames(Self.silenceBefore), frames(Self.silenceAfter), frames(Self.leastGap)
    )
    components = strokes.enumerated().map { component, strokes in
      var entries = pattern.entries(ofComponent: component)
      var first = 0
      return strokes.indices.compactMap { index in
        let end = index + 1 < strokes.count ? strokes[index + 1].firstFrame : Int.max
        let owned = entries.prefix { Int(pattern.frames[$0]) < end }
        entries = owned.endIndex..<entries.upperBound
        let onset = strokes[index].onsetFrame
        while all[first].frame < onset - before { first += 1 }
        let isAlone = all[first...].prefix { $0.frame < onset + max(gap, after + 1) }.allSatisfy {
          $0.component == component
            ? $0.frame <= onset : $0.frame > onset + after && $0.frame >= onset + gap
        }
        return owned.isEmpty
          ? nil : Owned(entries: owned.startIndex..<owned.endIndex, isAlone: isAlone)
      }
    }
  }

  /// Multiplies the frames of each stroke once.
  func apply(to H: UnsafeMutableBufferPointer<Float>) {
    for strokes in components {
      let levels = strokes.map { stroke in
        log(max(stroke.entries.reduce(0.0) { $0 + Double(H[$1]) }, 1e-12))
      }
      let alone = strokes.indices.filter { strokes[$0].isAlone }.map { levels[$0] }.sorted()
      guard alone.count >= Self.leastCount else { continue }
      let middle = alone.count / 2
      let median = alone.count % 2 == 1 ? alone[middle] : (alone[middle - 1] + alone[middle]) / 2
      for (stroke, level) in zip(strokes, levels) {
        let excess = min(max(level - median, Self.range.lowerBound), Self.range.upperBound)
        let factor = Float(exp(-Self.strength * excess))
        for entry in stroke.entries { H[entry] *= factor }
      }
    }
  }
}
