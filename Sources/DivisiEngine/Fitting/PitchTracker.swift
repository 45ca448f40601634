import DivisiDSP
internal import Glibc

/// Finds how the pitch of each note moves: the most salient path near the pitch of the score.
struct PitchTracker {
  /// How far a player may be from the pitch, and how finely that is looked for, in cents.
  private static let rangeCents = 80
  private static let stepCents = 5
  /// What a candidate costs for each step that it lies off the pitch, and for each step from the frame before; the most
  /// salient candidate of a note is worth 1.
  private static let offsetCost: Float = 0.0005
  private static let jumpCost: Float = 0.01
  /// Partials that are looked at, and up to which frequency.
  static let partialCount = 12
  static let highestHertz = 5000.0
  /// Window of the spectra in samples at 44.1 kHz.
  private static let windowLength = 8192
  /// Of that window, before it is padded.
  static let hertzPerBin = 44_100.0 / Double(windowLength)

  private let spectra: SalienceSpectra

  /// - Parameter grid: of the model; the tracker's frames lie where its frames do.
  init(of channels: [[Float]], grid: TimeGrid, parallel: Parallel) {
    let length = TimeGrid(
      sampleRate: grid.sampleRate, resolution: Self.windowLength, hopAtResolution: 1
    ).windowLength
    spectra = SalienceSpectra(
      of: channels,
      grid: TimeGrid(
        sampleRate: grid.sampleRate, windowLength: max(length, 2 * grid.hopSize),
        hopSize: grid.hopSize),
      highest: Self.highestHertz, parallel: parallel)
  }

  /// The frequency of a note in each of its frames, in hertz.
  ///
  /// - Parameters:
  ///   - fundamental: of the pitch in the score, as the recording is tuned, in hertz.
  ///   - weights: how much each partial counts in each frame; nil for all alike.
  func hertz(
    fundamental: Double, frames: Range<Int>, weights: [[Float]]? = nil
  ) -> [Double] {
    let steps = Self.rangeCents / Self.stepCents
    let candidates = (-steps...steps).map {
      fundamental * exp2(Double($0 * Self.stepCents) / 1200)
    }
    let count = candidates.count
    var salience = [Float](repeating: 0, count: frames.count * count)
    for (index, frame) in frames.enumerated() {
      for partial in 1...Self.partialCount {
        guard Double(partial) * fundamental < Self.highestHertz else { break }
        let weight: Float =
          weights.map { partial <= $0[index].count ? $0[index][partial - 1] : 0 } ?? 1
        for candidate in 0..<count {
          salience[index * count + candidate] +=
            weight * spectra.value(atHertz: Double(partial) * candidates[candidate], frame: frame)
        }
      }
    }
    let peak = salience.max() ?? 0
    guard peak > 0 else { return frames.map { _ in fundamental } }
    for index in salience.indices {
      salience[index] =
        salience[index] / peak - Self.offsetCost * Float(abs(index % count - steps))
    }
    let path = PitchPath.best(
      salience: salience, candidateCount: count, jumpCost: Self.jumpCost)
    return path.indices.map { index in
      let (before, after) = (path[max(index - 1, 0)], path[min(index + 1, path.count - 1)])
      let offset = Double(before + 2 * path[index] + after) / 4 - Double(steps)
      return fundamental * exp2(offset * Double(Self.stepCents) / 1200)
    }
  }
}
