import DivisiDSP
internal import Glibc

/// How much of what changes in a recording changes in the score along a path.
///
/// The mean of every band is taken away from levels and onsets, and with it instrument, room and key; the
/// correlations of what is left are added up. Of 904 pairs of piano recordings and scores, all 74 right ones
/// reach 0.71, and no wrong one 0.45.
struct Agreement: Sendable {
  /// The sum of both correlations: about 1 where the score is right, about 0.2 where it is not.
  var value: Double
  /// The share of the sounding frames that the path covers.
  var coverage: Double
  /// Seconds that sound before the path begins, and after it ends.
  var outside: (before: Double, after: Double)
  /// The same as ``value`` for equal stretches of about ``windowSeconds``.
  var windows: [Window]

  /// A stretch of the recording.
  struct Window: Sendable {
    /// Seconds of the recording.
    var seconds: Range<Double>
    /// As ``Agreement/value``; nil where too little sounds.
    var value: Double?
  }

  /// About how long a window is.
  static let windowSeconds = 5.0
  /// Windows with less sound than this make no statement, in seconds.
  private static let leastSeconds = 1.0
  /// Windows that the path covers less of than this do not fit.
  private static let leastCoverage = 0.5

  /// - Parameters:
  ///   - recording: with the frame rate of the score.
  ///   - score: in the time and at the pitch of the search.
  ///   - path: frames of both.
  /// - Complexity: O(frames · bands).
  init(recording: RecordingFeatures, score: PathFeatures, path: FramePath) {
    let pairs = zip(path.recording, path.score).filter { recording.isSounding[$0.0] }
    let soundingCount = recording.isSounding.lazy.filter { $0 }.count
    coverage = Double(pairs.count) / Double(max(1, soundingCount))
    func sounding(_ frames: some Sequence<Int>) -> Double {
      Double(frames.lazy.filter { recording.isSounding[$0] }.count) / recording.path.frameRate
    }
    outside = (
      sounding(0..<path.recording.lowerBound),
      sounding(path.recording.upperBound..<recording.path.frameCount)
    )
    let levels = Deviations(.levels, of: recording.path, score, at: pairs)
    let onsets = Deviations(.onsets, of: recording.path, score, at: pairs)
    let rate = recording.path.frameRate
    let frameCount = recording.path.frameCount
    let count = max(1, Int((Double(frameCount) / rate / Self.windowSeconds).rounded()))
    var total = (SIMD3<Double>.zero, SIMD3<Double>.zero)
    windows = []
    var rest = pairs[...]
    for window in 0..<count {
      let (first, end) = (window * frameCount / count, (window + 1) * frameCount / count)
      let inside = rest.prefix { $0.0 < end }
      rest = rest.dropFirst(inside.count)
      var sums = (SIMD3<Double>.zero, SIMD3<Double>.zero)
      for (frame, match) in inside {
        sums.0 += levels.products(frame, match)
        sums.1 += onsets.products(frame, match)
      }
      total.0 += sums.0
      total.1 += sums.1
      let sounding = recording.isSounding[first..<end].lazy.filter { $0 }.count
      var value: Double?
      if Double(sounding) >= Self.leastSeconds * rate {
        let isCovered = Double(inside.count) >= Self.leastCoverage * Double(sounding)
        value = isCovered ? Self.correlation(sums.0) + Self.correlation(sums.1) : 0
      }
      windows.append(
        Window(seconds: Double(first) / rate..<Double(end) / rate, value: value))
    }
    value = Self.correlation(total.0) + Self.correlation(total.1)
  }

  private static func correlation(_ sums: SIMD3<Double>) -> Double {
    sums.y > 0 && sums.z > 0 ? sums.x / (sums.y * sums.z).squareRoot() : 0
  }

  /// Frames without the means of their bands.
  private struct Deviations {
    enum Kind { case levels, onsets }

    private let kind: Kind
    private let recording: PathFeatures
    private let score: PathFeatures
    private var recordingMeans: [Float]
    private var scoreMeans: [Float]

    init(
      _ kind: Kind, of recording: PathFeatures, _ score: PathFeatures, at pairs: [(Int, Int)]
    ) {
      self.kind = kind
      self.recording = recording
      self.score = score
      let bands = recording.levels.rowCount
      (recordingMeans, scoreMeans) = (
        [Float](repeating: 0, count: bands), [Float](repeating: 0, count: bands)
      )
      for (frame, match) in pairs {
        let (a, b) = (column(recording, frame), column(score, match))
        for band in 0..<bands {
          recordingMeans[band] += a[band]
          scoreMeans[band] += b[band]
        }
      }
      let share = 1 / Float(max(1, pairs.count))
      for band in 0..<bands {
        recordingMeans[band] *= share
        scoreMeans[band] *= share
      }
    }

    private func column(_ features: PathFeatures, _ frame: Int) -> UnsafePointer<Float> {
      UnsafePointer(
        kind == .levels ? features.levels.column(frame) : features.onsets.column(frame))
    }

    /// Σ ab, Σ a² and Σ b² over the bands of a frame of the recording, a, and one of the score, b.
    func products(_ frame: Int, _ match: Int) -> SIMD3<Double> {
      let (x, y) = (column(recording, frame), column(score, match))
      var (products, squares, others): (Float, Float, Float) = (0, 0, 0)
      for band in recordingMeans.indices {
        let (a, b) = (x[band] - recordingMeans[band], y[band] - scoreMeans[band])
        products += a * b
        squares += a * a
        others += b * b
      }
      return SIMD3(Double(products), Double(squares), Double(others))
    }
  }
}
