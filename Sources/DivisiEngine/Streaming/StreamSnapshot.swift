// Thread: audio ⇄ worker

import DivisiDSP

/// The masks of consecutive frames, K × S values each, and where the parts lie in them.
final class MaskBlock: Sendable {
  let frames: Range<Int>
  let stride: Int
  let partCount: Int
  nonisolated(unsafe) let values: UnsafeMutablePointer<Float>
  /// Nil where each mask serves all channels alike.
  let covariances: SpatialCovariances?

  /// - Parameter stride: values from one part's mask to the next.
  init(frames: Range<Int>, stride: Int, partCount: Int, covariances: SpatialCovariances? = nil) {
    self.frames = frames
    self.covariances = covariances
    self.stride = stride
    self.partCount = partCount
    let count = max(1, frames.count * stride * partCount)
    values = .allocate(capacity: count)
    values.initialize(repeating: 0, count: count)
  }

  deinit { values.deallocate() }

  /// Lets the masks of the block before give way to these over the frames that both have.
  func fadeIn(after other: MaskBlock) {
    let shared = frames.clamped(to: other.frames)
    for (index, frame) in shared.enumerated() {
      let share = Float(index + 1) / Float(shared.count + 1)
      let (new, old) = (masks(ofFrame: frame), other.masks(ofFrame: frame))
      for value in 0..<stride * partCount {
        new[value] = old[value] + share * (new[value] - old[value])
      }
    }
  }

  /// The masks of a frame, one after the other.
  func masks(ofFrame frame: Int) -> UnsafeMutablePointer<Float> {
    values + (frame - frames.lowerBound) * stride * partCount
  }
}

/// What the worker has found out, for the audio thread: plain values, which never change again.
final class StreamSnapshot: Sendable {
  /// The audio thread's view of a ``MaskBlock``; empty where there is none.
  struct Masks: BitwiseCopyable {
    var firstFrame = 0
    var endFrame = 0
    var values: UnsafePointer<Float>?
    var places: SpatialCovariances.View?
  }

  nonisolated(unsafe) let previous: Masks
  nonisolated(unsafe) let current: Masks
  nonisolated(unsafe) let live: LiveModel.View
  /// Where the parts lie, for frames that the audio thread separates itself; nil where each mask serves all channels
  /// alike.
  let places: SpatialCovariances.View?
  private let blocks: [MaskBlock]
  private let model: LiveModel
  private let covariances: SpatialCovariances?

  init(
    previous: MaskBlock?, current: MaskBlock?, live: LiveModel, covariances: SpatialCovariances?
  ) {
    self.previous = Self.view(previous)
    self.current = Self.view(current)
    self.live = live.view
    model = live
    places = covariances?.view
    self.covariances = covariances
    blocks = [previous, current].compactMap(\.self)
  }

  private static func view(_ block: MaskBlock?) -> Masks {
    guard let block else { return Masks() }
    return Masks(
      firstFrame: block.frames.lowerBound, endFrame: block.frames.upperBound, values: block.values,
      places: block.covariances?.view)
  }
}
