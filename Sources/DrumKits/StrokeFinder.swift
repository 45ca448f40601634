internal import DivisiDSP
public import DivisiEngine
public import DivisiScore

/// Finds what is struck when, in what was learnt from a recording of drums without a score.
///
/// A part is struck where its strongest activation has risen to a peak.
public enum StrokeFinder {
  /// Of the one in a hundred frames that is strongest; 0.1 to 0.3 find as many strokes of six recordings, F = 0.88 to
  /// 0.90.
  private static let threshold: Float = 0.15
  /// Of its own height, how much a peak has to rise.
  private static let leastRise: Float = 0.6
  /// Frames around a peak that are not higher, and those before it that it rises in; in seconds.
  private static let reach = (before: 0.025, after: 0.05, rise: 0.05)
  /// The velocity of a stroke that is as strong as most.
  private static let usualVelocity = 100.0

  /// The parts of a factorisation with the notes that were found; parts without are left out.
  ///
  /// - Complexity: O(parts · frames).
  public static func parts(in factors: Factorisation) -> [Part] {
    let pattern = factors.model.pattern
    return factors.parts.compactMap { part in
      let pitches = Set(part.notes.map { DrumKit.articulation(ofPitch: $0.pitch) })
      let components = factors.components.indices.filter {
        factors.components[$0].role == .stroke && pitches.contains(factors.components[$0].pitch)
      }
      var strength = [Float](repeating: 0, count: pattern.frameCount)
      var drum = [Int](repeating: 0, count: pattern.frameCount)
      for component in components {
        for entry in pattern.entries(ofComponent: component) {
          let frame = Int(pattern.frames[entry])
          guard factors.model.H[entry] > strength[frame] else { continue }
          strength[frame] = factors.model.H[entry]
          drum[frame] = factors.components[component].pitch
        }
      }
      let peaks = peaks(of: strength, frameRate: factors.grid.frameRate)
      guard !peaks.isEmpty else { return nil }
      let median = peaks.map { strength[$0] }.sorted()[peaks.count / 2]
      let notes = peaks.map { frame in
        let onset = Double(frame) / factors.grid.frameRate
        let velocity = usualVelocity * Double(strength[frame] / median).squareRoot()
        return Note(
          onsetSeconds: onset, releaseSeconds: onset + 0.1, pitch: drum[frame],
          velocity: min(max(Int(velocity.rounded()), 1), 127), channel: 10)
      }
      return Part(name: part.name, notes: notes, instrument: part.instrument)
    }
  }

  /// The frames in which something is struck, ascending.
  static func peaks(of strength: [Float], frameRate: Double) -> [Int] {
    func frames(_ seconds: Double) -> Int { max(1, Int((seconds * frameRate).rounded())) }
    let sorted = strength.sorted(by: >)
    guard let loudest = sorted.first, loudest > 0 else { return [] }
    let usual = sorted[min(sorted.count - 1, max(2, sorted.count / 100))]
    let least = max(threshold * usual, .leastNormalMagnitude)
    return strength.indices.filter { frame in
      let value = strength[frame]
      guard value >= least else { return false }
      let first = max(0, frame - frames(reach.before))
      let last = min(strength.count - 1, frame + frames(reach.after))
      // Of equal frames the first.
      guard strength[first..<frame].allSatisfy({ $0 < value }),
        strength[frame...last].allSatisfy({ $0 <= value })
      else { return false }
      let lowest = strength[max(0, frame - frames(reach.rise))...frame].min() ?? 0
      return value - lowest >= leastRise * value || frame == 0
    }
  }
}
