public import DivisiDSP

/// Plays a target with the frames of a source.
///
/// The target is taken in tiles, each with as many frames around it as its own can depend on, so that tiles need nothing
/// of each other.
///
/// - Thread: any; `render` works on several tiles at once.
public struct Mosaic: Sendable {
  private let source: MosaicSource
  private let settings: MosaicSettings
  private let guide: MosaicGuide?
  private let parallel: Parallel

  /// Frames of a tile: of 30 iterations 61 more are computed around them.
  private static let tileLength = 512
  /// Tiles that are worked on at once, whatever the number of threads.
  private static let tilesAtOnce = 4

  /// - Parameters:
  ///   - guide: which frames may answer; nil for all.
  ///   - parallel: spreads tiles over threads; the samples do not depend on it.
  public init(
    _ source: MosaicSource, settings: MosaicSettings, guide: MosaicGuide? = nil,
    parallel: @escaping Parallel
  ) {
    self.source = source
    self.settings = settings
    self.guide = guide
    self.parallel = flushingDenormals(parallel)
  }

  /// How well a mosaic explains its target.
  public struct Fit: Sendable, Equatable {
    /// The Kullback-Leibler divergence at the end.
    public var loss = 0.0
    /// Σ V, of which it is a share.
    public var total = 0.0
    /// By how much the loudest peaks were lowered so that nothing clips, as a factor; 1 if they were not.
    public var lowestGain: Float = 1
    /// Templates that sound in a frame, summed over frames: 1 % of the strongest at least.
    public var active = 0
    /// Frames.
    public var frameCount = 0
  }

  /// Renders the whole mosaic, in the order of time.
  ///
  /// - Parameters:
  ///   - sampleCount: of the target.
  ///   - read: gives the target's channels in a range of samples; ranges begin where the one before did, or later.
  ///   - write: takes samples by channel, those of the source; as many as the target has in all.
  ///   - observe: sees the activations of some frames, the first of them by its number.
  ///   - progress: called with 0…1.
  /// - Complexity: O(6 · K · S · N + iterations · 128 · K · N); memory O(K · S) besides the source.
  public func render(
    sampleCount: Int, read: (Range<Int>) throws -> [[Float]],
    write: ([[Float]]) throws -> Void,
    observe: (_ firstFrame: Int, _ lists: [[MosaicModel.Entry]]) -> Void = { _, _ in },
    progress: (Double) -> Void = { _ in }
  ) throws -> Fit {
    let grid = source.grid
    let N = grid.frameCount(sampleCount: sampleCount)
    let coreCount = (sampleCount + grid.hopSize - 1) / grid.hopSize
    let starts = Array(stride(from: 0, to: coreCount, by: Self.tileLength))
    var fit = Fit()
    var limiter = PeakLimiter(channelCount: source.channelCount, sampleRate: grid.sampleRate)
    for first in stride(from: 0, to: starts.count, by: Self.tilesAtOnce) {
      let batch = starts[first..<min(first + Self.tilesAtOnce, starts.count)]
      let tiles = try batch.map { start in
        try MosaicTile(
          core: start..<min(start + Self.tileLength, coreCount), frameCount: N,
          sampleCount: sampleCount, source: source, settings: settings, guide: guide, read: read)
      }
      let count = tiles.count
      let results = UnsafeMutableBufferPointer<MosaicTile.Result>.allocate(capacity: count)
      defer { results.deallocate() }
      nonisolated(unsafe) let slots = results
      parallel(count) { slots.initializeElement(at: $0, to: tiles[$0].rendered()) }
      for index in 0..<count {
        let result = results.moveElement(from: index)
        fit.loss += result.fit.loss
        fit.total += result.fit.total
        fit.active += result.fit.active
        fit.frameCount += result.fit.frameCount
        observe(batch[batch.startIndex + index], result.lists)
        try write(limiter.append(result.channels))
      }
      progress(Double(first + count) / Double(starts.count))
    }
    try write(limiter.finish())
    fit.lowestGain = limiter.lowestGain
    return fit
  }
}
