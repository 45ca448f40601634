import DivisiDSP

/// How many frames of the fine grid make one frame of a search.
///
/// The grid has about 50 frames per second. The rates below are nominal: where a hop of whole samples makes it 50.1,
/// all of them are as much higher.
enum FeatureRate: Int, Sendable {
  /// 25 per second: the second search, around the first path.
  case fine = 2
  /// 10 per second: the first search.
  case coarse = 5
  /// 2 per second: the first search of a long recording.
  case sparse = 25

  /// The samples of a window at 44.1 kHz, and from one frame to the next.
  private static let (resolution, hop) = (4096, 882)

  /// The grid of about 50 frames per second.
  static func grid(sampleRate: Double) -> TimeGrid {
    let grid = TimeGrid(sampleRate: sampleRate, resolution: resolution, hopAtResolution: hop)
    let hop = Int((sampleRate * Double(Self.hop) / 44_100).rounded())
    return TimeGrid(
      sampleRate: sampleRate, windowLength: grid.windowLength,
      hopSize: min(max(1, hop), grid.windowLength / 2))
  }

  /// Frames per second.
  func frameRate(grid: TimeGrid) -> Double { grid.frameRate / Double(rawValue) }
}
