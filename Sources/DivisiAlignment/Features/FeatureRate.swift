import DivisiDSP

/// How many frames of the fine grid make one frame of a search.
///
/// The grid has about 50 frames per second. The rates below are nominal: where a hop of whole samples makes it 50.1,
/// all of them are as much higher.
enum FeatureRate: Int, Sendable {
  /// 50 per second: strokes of drums.
  case finest = 1
  /// 25 per second: the second search of tones, around the first path.
  case fine = 2
  /// 10 per second: the first search of tones.
  case coarse = 5
  /// 2 per second: the first search of a long recording.
  case sparse = 25

  /// The samples from one frame to the next at 44.1 kHz.
  private static let hop = 882

  /// The grid of about 50 frames per second.
  ///
  /// - Parameter window: its samples at 44.1 kHz.
  static func grid(sampleRate: Double, window: Int) -> TimeGrid {
    let grid = TimeGrid(sampleRate: sampleRate, resolution: window, hopAtResolution: hop)
    let hop = Int((sampleRate * Double(Self.hop) / 44_100).rounded())
    return TimeGrid(
      sampleRate: sampleRate, windowLength: grid.windowLength,
      hopSize: min(max(1, hop), grid.windowLength / 2))
  }

  /// Frames per second.
  func frameRate(grid: TimeGrid) -> Double { grid.frameRate / Double(rawValue) }
}
