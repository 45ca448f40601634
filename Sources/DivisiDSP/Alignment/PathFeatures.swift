internal import Glibc

/// What a recording or a score is like, frame by frame, in the form in which a path is searched.
///
/// - Thread: any; unchanging once made.
public final class PathFeatures: Sendable {
  /// Bands × frames: log(1 + s / 0.1) of band magnitudes s.
  public let levels: Matrix
  /// Frames per second.
  public let frameRate: Double
  /// Levels with a further row that stands for silence, of length 1.
  let directions: Matrix
  /// Rises against the largest nearby, held for a while.
  public let onsets: Matrix
  /// Σ onsets² of each frame.
  let onsetPowers: [Float]

  /// The level of silence, to which quiet frames come close.
  private static let silence: Float = 0.3
  /// Onsets are compared with the largest within this many seconds before and after.
  private static let neighbourhood = 1.0
  /// Onsets below this share of the largest of all are noise.
  private static let floor: Float = 0.1
  /// For so many frames an onset is held at least.
  private static let holdFrames = 0.6
  /// Onsets that have faded below this are over: products of smaller ones would be denormal, which processors are slow at.
  private static let least: Float = 1e-12

  /// - Parameters:
  ///   - levels: bands × frames.
  ///   - rises: of the same shape: how much the levels rise, at least 0.
  ///   - frameRate: frames per second.
  ///   - holdSeconds: how long an onset is held.
  /// - Complexity: O(bands · frames).
  public init(
    levels: consuming Matrix, rises: borrowing Matrix, frameRate: Double, holdSeconds: Double
  ) {
    let (bands, frames) = (levels.rowCount, levels.columnCount)
    precondition(rises.rowCount == bands && rises.columnCount == frames, "shapes differ")
    let directions = Matrix(rowCount: bands + 1, columnCount: frames)
    for frame in 0..<frames {
      let (source, target) = (levels.column(frame), directions.column(frame))
      target.update(from: source, count: bands)
      target[bands] = Self.silence
      let norm = SpectrumKernels.dot(target, target, count: bands + 1).squareRoot()
      for row in 0...bands { target[row] /= norm }
    }
    self.directions = directions
    let onsets = Self.onsets(of: rises, frameRate: frameRate, holdSeconds: holdSeconds)
    onsetPowers = (0..<frames).map { frame in
      SpectrumKernels.dot(onsets.column(frame), onsets.column(frame), count: bands)
    }
    self.onsets = onsets
    self.levels = levels
    self.frameRate = frameRate
  }

  /// Frames.
  public var frameCount: Int { levels.columnCount }

  /// The root mean square length of the onsets in some frames; 0 if there are none.
  public func onsetLength(where included: (Int) -> Bool) -> Float {
    let powers = onsetPowers.indices.filter(included).map { onsetPowers[$0] }
    return powers.isEmpty ? 0 : (powers.reduce(0, +) / Float(powers.count)).squareRoot()
  }

  private static func onsets(
    of rises: borrowing Matrix, frameRate: Double, holdSeconds: Double
  ) -> Matrix {
    let (bands, frames) = (rises.rowCount, rises.columnCount)
    let lengths = (0..<frames).map { frame in
      SpectrumKernels.dot(rises.column(frame), rises.column(frame), count: bands).squareRoot()
    }
    let least = floor * (lengths.max() ?? 0) + 1e-9
    let reach = Int(neighbourhood * frameRate + 0.01)
    let hold = max(holdSeconds, holdFrames / frameRate)
    let decay = Float(exp(-1 / (frameRate * hold)))
    let result = Matrix(rowCount: bands, columnCount: frames)
    for frame in 0..<frames {
      let nearby = lengths[max(0, frame - reach)...min(frames - 1, frame + reach)]
      let gain = 1 / max(least, nearby.max()!)
      let (source, target) = (rises.column(frame), result.column(frame))
      for band in 0..<bands { target[band] = gain * source[band] }
      guard frame > 0 else { continue }
      let before = result.column(frame - 1)
      for band in 0..<bands {
        let held = decay * before[band]
        target[band] = max(target[band], held >= Self.least ? held : 0)
      }
    }
    return result
  }
}
