// Thread: any

import DivisiDSP

/// When things happen in a stream, all counted in samples and frames of its grid.
///
/// Frame g is complete when sample g · hop + window / 2 has come. An update at the completion of the
/// frame before `end` learns from all frames below `end` and decides the masks of those that are due
/// then: from `end − lookahead − interval` up to `end − lookahead`. It has another interval for the
/// work, so a frame is turned into sound `lookahead + 2 · interval` frames after its completion, and
/// a sample is final a window later. With a look-ahead of 0 a frame is turned into sound at once.
struct StreamClock: Equatable {
  let grid: TimeGrid
  /// Frames that a frame waits for at least.
  let lookahead: Int
  /// Frames from one update to the next.
  let interval: Int
  /// Frames of the past that an update learns from.
  let history: Int

  /// How often a live stream learns, in seconds.
  private static let liveIntervalSeconds = 0.25

  /// However short the look-ahead, updates are no closer, so that the worker can keep up.
  private static let shortestIntervalSeconds = 0.125

  init(settings: StreamSettings, sampleRate: Double) {
    grid = TimeGrid(
      sampleRate: sampleRate, resolution: settings.separation.windowLength,
      hopAtResolution: settings.separation.hopSize)
    let frameRate = grid.frameRate
    func frames(_ seconds: Double) -> Int { max(1, Int((seconds * frameRate).rounded())) }
    lookahead = settings.lookaheadSeconds > 0 ? frames(settings.lookaheadSeconds) : 0
    interval =
      lookahead > 0
      ? max(lookahead / 2, frames(Self.shortestIntervalSeconds))
      : frames(Self.liveIntervalSeconds)
    history = max(lookahead + 2 * interval, Int(settings.historySeconds * grid.frameRate))
  }

  /// Whether frames are turned into sound as soon as they are complete.
  var isLive: Bool {
    @_noLocks get { lookahead == 0 }
  }

  /// Frames between the completion of a frame and its being turned into sound.
  var delay: Int {
    @_noLocks get { isLive ? 0 : lookahead + 2 * interval }
  }

  /// Samples between input and output.
  var latency: Int {
    @_noLocks get { delay * grid.hopSize + grid.windowLength }
  }

  /// The first frame that reaches the stream's samples.
  var firstFrame: Int {
    @_noLocks get { -((grid.windowLength / 2 - 1) / grid.hopSize) }
  }

  /// How many samples of input must have come for a frame to be complete.
  @_noLocks
  func completion(ofFrame frame: Int) -> Int { frame * grid.hopSize + grid.windowLength / 2 }

  /// Frames over which the masks of one update give way to those of the next.
  var crossfade: Int { max(1, min(interval, grid.windowLength / grid.hopSize / 2)) }

  /// Values from one part's mask to the next.
  var maskStride: Int { Matrix.stride(rowCount: grid.binCount) }

  /// Samples of a part under construction: a power of two, and room for a window.
  var overlapLength: Int { powerOfTwo(atLeast: grid.windowLength + grid.hopSize) }

  /// Samples of input that are kept: the delay, and some seconds for a worker that is late.
  var ringLength: Int {
    let needed =
      latency + 2 * grid.windowLength + (2 * interval + 2) * grid.hopSize + Int(2 * grid.sampleRate)
    return powerOfTwo(atLeast: needed)
  }

  private func powerOfTwo(atLeast count: Int) -> Int {
    var length = 1
    while length < count { length *= 2 }
    return length
  }
}
