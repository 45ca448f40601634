// Thread: worker

import DivisiDSP
import Synchronization

/// Finds out where the parts of a stream lie, from the frames whose masks each update decides, with a past
/// that fades.
///
/// It has the rounds of ``SpatialAnalysis``, side by side: the first hears frames as masks separate them, each
/// other as the covariances of the one before do. None hears itself, so that no first impression stays.
struct StreamPlaces: ~Copyable {
  private let clock: StreamClock
  private let rings: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let transform: StreamTransform
  private let mixture: SpatialFrame
  private let frame: SpatialFrame
  /// What is known before anything is.
  private let nowhere: SpatialCovariances
  private let rounds: [Round]
  private let masks: Matrix
  private let scratch: Matrix
  private let channelCount: Int
  /// Frames below it have been heard.
  private var end: Int

  /// How long it takes until what was heard counts for a third.
  private static let memorySeconds = 20.0

  /// Nil where the stream has one channel, or wants nothing of places.
  init?(_ plan: StreamPlan, rings: UnsafeMutablePointer<UnsafeMutablePointer<Float>>) {
    guard plan.isSpatial else { return nil }
    clock = plan.clock
    self.rings = rings
    channelCount = plan.channelCount
    let binCount = plan.grid.binCount
    nowhere = SpatialCovariances(
      binCount: binCount, channelCount: plan.channelCount, partCount: plan.partCount)
    let nowhere = nowhere
    rounds = (0..<SpatialAnalysis.roundCount).map { _ in Round(nowhere, plan.grid) }
    transform = StreamTransform(grid: plan.grid)
    mixture = SpatialFrame(binCount: binCount, channelCount: plan.channelCount)
    frame = SpatialFrame(binCount: binCount, channelCount: plan.channelCount)
    masks = Matrix(rowCount: binCount, columnCount: plan.partCount)
    scratch = Matrix(rowCount: binCount, columnCount: 2)
    end = plan.clock.firstFrame
  }

  /// Learns from the frames of an update.
  ///
  /// - Parameters:
  ///   - frames: those that a model explains; which of them are new is known here.
  ///   - fill: writes the masks of a frame, K × parts; the last argument is scratch of K × 2.
  mutating func learn(
    from frames: Range<Int>, written shared: borrowing StreamShared,
    masks fill: (_ frame: Int, borrowing Matrix, borrowing Matrix) -> Void
  ) {
    let new = max(end, frames.lowerBound)..<max(end, frames.upperBound)
    guard !new.isEmpty else { return }
    end = new.upperBound
    let share = 1 - Double(new.count) / (clock.grid.frameRate * Self.memorySeconds)
    for round in rounds { round.sums.forget(by: Float(max(share, 0))) }
    for index in new {
      for channel in 0..<channelCount {
        transform.analyse(rings[channel], mask: clock.ringLength - 1, frame: index)
        mixture.take(transform.spectrum, channel: channel)
      }
      // Nothing that was read above may be read after this.
      atomicMemoryFence(ordering: .acquiring)
      guard shared.holds(index, clock) else { continue }
      fill(index, masks, scratch)
      var known = nowhere.view
      for round in rounds {
        frame.take(mixture)
        frame.solve(known, masks: masks.column(0))
        round.sums.add(frame, known, masks: masks.column(0))
        known = round.covariances.view
      }
    }
    for round in rounds { round.covariances = round.sums.covariances() }
  }

  /// Where the parts lie, as far as it is known.
  var covariances: SpatialCovariances { rounds[rounds.count - 1].covariances }

  private final class Round {
    let sums: SpatialSums
    var covariances: SpatialCovariances

    init(_ nowhere: SpatialCovariances, _ grid: TimeGrid) {
      sums = SpatialSums(like: nowhere, grid: grid)
      covariances = nowhere
    }
  }
}

extension StreamShared {
  /// Whether the ring still holds the samples of a frame: the audio thread may be overwriting up to a hop that it does
  /// not count yet.
  borrowing func holds(_ frame: Int, _ clock: StreamClock) -> Bool {
    let oldest =
      writtenSamples.load(ordering: .relaxed) + clock.grid.hopSize - clock.ringLength
    return frame * clock.grid.hopSize - clock.grid.windowLength / 2 >= oldest
  }
}
