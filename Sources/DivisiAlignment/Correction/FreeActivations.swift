import DivisiDSP

/// How strongly each pitch sounds in each frame, if all of them may, whatever the score says.
final class FreeActivations: Sendable {
  /// ``ScoredPitches/pitches`` × frames.
  private let values: Matrix
  /// Of each frame the sum.
  private let sums: [Float]
  let frameCount: Int

  private static let steps = 20
  /// Starts, as shares of the frame's sum: where the score has the pitch, and elsewhere.
  private static let (scoredStart, otherStart): (Float, Float) = (0.1, 0.02)
  private static let chunk = 256

  /// - Complexity: O(frames · pitches · bands).
  init(
    _ spectrum: BandSpectrum, templates: LearntTemplates, scored: ScoredPitches,
    parallel: Parallel
  ) {
    let count = ScoredPitches.pitches.count
    let frameCount = spectrum.frameCount
    let values = Matrix(rowCount: count, columnCount: frameCount)
    var sums = [Float](repeating: 0, count: frameCount)
    sums.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let sums = buffer
      parallel((frameCount + Self.chunk - 1) / Self.chunk) { piece in
        let quotient = Matrix(rowCount: spectrum.values.rowCount, columnCount: 1)
        let all = Array(0..<count)
        let first = piece * Self.chunk
        for frame in first..<min(first + Self.chunk, frameCount) {
          let V = spectrum.values.column(frame)
          let sum = Factorisation.sum(V, stride: spectrum.values.columnStride)
          guard sum > 0 else { continue }
          let H = values.column(frame)
          for row in all { H[row] = Self.otherStart * sum }
          for row in scored.rows(at: frame) { H[row] = Self.scoredStart * sum }
          Factorisation.activate(
            V, templates: templates.values, active: all, steps: Self.steps,
            quotient: quotient.column(0), into: H)
          sums[frame] = Factorisation.sum(H, stride: values.columnStride)
        }
      }
    }
    self.values = values
    self.sums = sums
    self.frameCount = frameCount
  }

  /// Frames after and before a moment, between whose means a rise is taken: 0.1 s, and 80 ms that end 30 ms earlier.
  private static let (after, before) = (0...4, -reach...(-2))
  /// How many frames before a moment a rise is measured from.
  static let reach = 5
  /// Frames after an onset over which its strength is measured.
  private static let body = 1...6

  private func mean(_ frames: ClosedRange<Int>, from frame: Int, _ value: (Int) -> Float) -> Float {
    let first = max(0, frame + frames.lowerBound)
    let last = min(frameCount - 1, frame + frames.upperBound)
    guard first <= last else { return 0 }
    var sum: Float = 0
    for frame in first...last { sum += value(frame) }
    return sum / Float(last - first + 1)
  }

  /// How much a pitch rises at each frame.
  ///
  /// - Complexity: O(frames).
  func rises(ofRow row: Int) -> [Float] {
    let strengths = (0..<frameCount).map { values[row, $0] }
    return strengths.indices.map { frame in
      mean(Self.after, from: frame) { strengths[$0] }
        - mean(Self.before, from: frame) { strengths[$0] }
    }
  }

  /// How strongly a pitch sounds after an onset.
  func strength(ofRow row: Int, after frame: Int) -> Float {
    mean(Self.body, from: frame) { values[row, $0] }
  }

  /// The share of a pitch in what sounds after an onset.
  func share(ofRow row: Int, after frame: Int) -> Float {
    let all = mean(Self.body, from: frame) { sums[$0] }
    return all > 0 ? strength(ofRow: row, after: frame) / all : 0
  }

  /// What a pitch may die away to, as a share of its strength, and for how many frames on the mean.
  private static let (ended, endFrames): (Float, ClosedRange<Int>) = (0.15, 0...2)

  /// The frame at which a pitch has died away that began at another.
  ///
  /// - Parameter most: how many frames it may last.
  func end(ofRow row: Int, from frame: Int, most: Int) -> Int {
    let peak = (frame..<min(frame + 8, frameCount)).reduce(Float(0)) {
      max($0, strength(ofRow: row, after: $1))
    }
    var end = frame + 3
    while end < min(frameCount - 1, frame + most),
      mean(Self.endFrames, from: end, { values[row, $0] }) > Self.ended * peak
    {
      end += 1
    }
    return end
  }
}
