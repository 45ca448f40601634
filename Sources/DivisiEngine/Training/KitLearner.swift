import DivisiDSP

/// Learns a ``DrumKit`` from recordings of single strokes.
///
/// Each stroke's patch is divided by its sum, so that loud strokes do not outweigh soft ones, and
/// averaged over the strokes of a kit, then over kits; the result is scaled to a maximum of 1.
public struct KitLearner {
  private var sums: [Int: (patch: DrumKit.Patch, kitCount: Int)] = [:]
  private let stft = STFT(grid: DrumKit.grid)

  /// A learner without recordings.
  public init() {}

  /// One recording of isolated strokes.
  public struct Recording: Sendable {
    /// Mono samples at 44.1 kHz.
    public var samples: [Float]
    /// Onset in seconds and General MIDI drum number of each stroke.
    public var strokes: [(onsetSeconds: Double, pitch: Int)]

    /// A recording and what is struck in it.
    public init(samples: [Float], strokes: [(onsetSeconds: Double, pitch: Int)]) {
      self.samples = samples
      self.strokes = strokes
    }
  }

  /// Adds the recordings of one kit.
  ///
  /// - Complexity: O(samples · log window).
  public mutating func add(kit recordings: [Recording]) {
    let binCount = DrumKit.grid.binCount
    let count = binCount * DrumKit.frameCount
    var kit: [Int: (patch: DrumKit.Patch, strokeCount: Int)] = [:]
    for recording in recordings {
      let V = Analysis.magnitude(
        of: [recording.samples], stft: stft, binCount: binCount, parallel: sequentially)
      for stroke in recording.strokes {
        let first = DrumKit.grid.frame(atSeconds: stroke.onsetSeconds)
        var patch = DrumKit.Patch(repeating: 0, count: count)
        for frame in 0..<DrumKit.frameCount where (0..<V.frameCount).contains(first + frame) {
          let column = V.values.column(first + frame)
          for bin in 0..<binCount { patch[frame * binCount + bin] = column[bin] }
        }
        let sum = patch.reduce(0, +)
        guard sum > 0 else { continue }
        let articulation = DrumKit.articulation(ofPitch: stroke.pitch)
        let old = kit[articulation] ?? (DrumKit.Patch(repeating: 0, count: count), 0)
        kit[articulation] = (zip(old.patch, patch).map { $0 + $1 / sum }, old.strokeCount + 1)
      }
    }
    for (articulation, learnt) in kit {
      let mean = learnt.patch.map { $0 / Float(learnt.strokeCount) }
      let old = sums[articulation] ?? (DrumKit.Patch(repeating: 0, count: count), 0)
      sums[articulation] = (zip(old.patch, mean).map { $0 + $1 }, old.kitCount + 1)
    }
  }

  /// The mean of all kits so far.
  public func kit(origin: String) -> DrumKit {
    DrumKit(
      patches: sums.mapValues { sum in
        let peak = sum.patch.max() ?? 0
        return peak > 0 ? sum.patch.map { $0 / peak } : sum.patch
      }, origin: origin)
  }
}
