// Thread: audio

import DivisiDSP
import DivisiRealtime
import Synchronization

/// The audio thread's end of a stream: samples in, samples of every part out, delayed by the
/// latency.
///
/// Neither allocates nor locks nor waits. Lives as long as its ``Stream``, which makes and frees it.
public struct StreamProcess: ~Copyable {
  /// Whether the last call of ``run(inputs:parts:residual:count:)`` ended because an update is due:
  /// have ``StreamWorker/update()`` called, soon or at once, and go on with the rest of the block.
  public private(set) var isUpdateDue = false
  /// Samples taken since the start.
  public private(set) var position = 0

  let clock: StreamClock
  let channelCount: Int
  /// Parts that samples are given of, and those that have masks.
  let partCount: Int
  let maskCount: Int
  let ringMask: Int
  let overlapMask: Int
  let maskStride: Int
  let shared: UnsafeMutablePointer<StreamShared>
  /// Whether the worker gets every event; see ``StreamProcess/send(_:)``.
  var isInStep = true
  var timeline: NoteTimeline
  private var separator: FrameSeparator
  private let places: SpatialFrame

  private let transform: StreamTransform
  /// Input by channel, and the parts under construction, channel after channel.
  private let inputRings: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let overlapRings: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// The spectrum of each channel of the frame, one after the other.
  private let spectra: UnsafeMutablePointer<SIMD2<Float>>
  private let masks: UnsafeMutablePointer<Float>
  // Owners of what `overlapRings` and `masks` point to.
  private let overlap: SampleRings
  private let maskColumns: Matrix
  private var nextFrame: Int

  /// - Parameters:
  ///   - input: a ring per channel, of ``StreamClock/ringLength``.
  ///   - shared: what the worker sees too.
  init(
    _ plan: StreamPlan, input: UnsafeMutablePointer<UnsafeMutablePointer<Float>>,
    shared: UnsafeMutablePointer<StreamShared>
  ) {
    clock = plan.clock
    channelCount = plan.channelCount
    partCount = plan.outputCount
    maskCount = plan.partCount
    ringMask = clock.ringLength - 1
    overlapMask = clock.overlapLength - 1
    maskStride = clock.maskStride
    self.shared = shared
    timeline = NoteTimeline(plan, scores: shared.pointee.scores.user)
    separator = FrameSeparator(plan)
    places = SpatialFrame(binCount: plan.grid.binCount, channelCount: channelCount)
    transform = StreamTransform(grid: plan.grid)
    inputRings = input
    overlap = SampleRings(count: channelCount * partCount, length: clock.overlapLength)
    overlapRings = overlap.pointers
    let spectrumCount = channelCount * plan.grid.binCount
    spectra = .allocate(capacity: spectrumCount)
    spectra.initialize(repeating: .zero, count: spectrumCount)
    maskColumns = Matrix(rowCount: plan.grid.binCount, columnCount: maskCount)
    precondition(maskColumns.columnStride == maskStride, "strides differ")
    masks = maskColumns.column(0)
    nextFrame = clock.firstFrame
  }

  deinit { spectra.deallocate() }

  // MARK: Samples

  /// Takes samples and gives as many, until the block ends or an update is due.
  ///
  /// - Parameters:
  ///   - inputs: the samples of each channel.
  ///   - parts: where the samples of each part go, channel after channel: S · C pointers, none of
  ///     which may be an input.
  ///   - residual: where what is in no part goes, C pointers; the delayed input is the sum of all.
  ///   - count: length of the block, any.
  ///   - offset: where in these blocks to begin.
  /// - Returns: how many samples were done.
  /// - Complexity: O(count · parts), and a frame's work at each hop.
  @_noLocks
  public mutating func run(
    inputs: UnsafePointer<UnsafePointer<Float>>,
    parts: UnsafePointer<UnsafeMutablePointer<Float>>,
    residual: UnsafePointer<UnsafeMutablePointer<Float>>, offset: Int, count: Int
  ) -> Int {
    isUpdateDue = false
    var done = 0
    while done < count && !isUpdateDue {
      let boundary = clock.completion(ofFrame: nextFrame)
      let length = min(count &- done, boundary &- position)
      take(inputs, offset: offset &+ done, count: length)
      give(parts, residual, offset: offset &+ done, count: length)
      position &+= length
      done &+= length
      if position == boundary { completeFrame() }
    }
    return done
  }

  @_noLocks
  private func take(_ inputs: UnsafePointer<UnsafePointer<Float>>, offset: Int, count: Int) {
    var done = 0
    while done < count {
      let place = (position &+ done) & ringMask
      let length = min(count &- done, ringMask &+ 1 &- place)
      var channel = 0
      while channel < channelCount {
        let source = inputs[channel] + (offset &+ done)
        let ring = inputRings[channel] + place
        var index = 0
        while index < length {
          let value = source[index]
          // Infinity and what is far beyond sound would stay in the model for good.
          ring[index] = abs(value) < 1e6 ? value : 0
          index &+= 1
        }
        channel &+= 1
      }
      done &+= length
    }
    shared.pointee.writtenSamples.store(position &+ count, ordering: .releasing)
  }

  @_noLocks
  private func give(
    _ parts: UnsafePointer<UnsafeMutablePointer<Float>>,
    _ residual: UnsafePointer<UnsafeMutablePointer<Float>>, offset: Int, count: Int
  ) {
    var done = 0
    while done < count {
      // A piece that is contiguous in both kinds of ring.
      let first = position &- clock.latency &+ done
      let (place, inputPlace) = (first & overlapMask, first & ringMask)
      var length = min(
        count &- done, min(overlapMask &+ 1 &- place, ringMask &+ 1 &- inputPlace))
      if first < 0 { length = min(length, 0 &- first) }
      // Frames before the first sample reach into a past that is never output.
      let gain: Float = first < 0 ? 0 : 1
      let start = offset &+ done
      var channel = 0
      while channel < channelCount {
        let rest = residual[channel] + start
        move(inputRings[channel] + inputPlace, to: rest, gain: gain, count: length)
        var part = 0
        while part < partCount {
          let slot = part &* channelCount &+ channel
          let output = parts[slot] + start
          move(overlapRings[slot] + place, to: output, gain: gain, count: length)
          SpectrumKernels.clear(overlapRings[slot] + place, count: length)
          var index = 0
          while index < length {
            rest[index] -= output[index]
            index &+= 1
          }
          part &+= 1
        }
        channel &+= 1
      }
      done &+= length
    }
  }

  @_noLocks
  private func move(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, gain: Float, count: Int
  ) {
    var index = 0
    while index < count {
      target[index] = gain * source[index]
      index &+= 1
    }
  }

  // MARK: Frames

  @_noLocks
  private mutating func completeFrame() {
    let frame = nextFrame
    nextFrame &+= 1
    _ = shared.pointee.snapshots.user.adopt()
    timeline.adoptScore()
    let due = frame &- clock.delay
    if due >= clock.firstFrame { synthesise(due) }
    if (frame &+ 1) % clock.interval == 0 {
      if !isInStep { isInStep = shared.pointee.recovery.offer(timeline.notes) }
      let last = shared.pointee.requestedEnd.load(ordering: .relaxed)
      if shared.pointee.servedEnd.load(ordering: .acquiring) < last {
        _ = shared.pointee.lateUpdates.add(1, ordering: .relaxed)
      }
      shared.pointee.requestedEnd.store(frame &+ 1, ordering: .releasing)
      isUpdateDue = true
    }
  }

  /// Turns one frame into sound.
  @_noLocks
  private mutating func synthesise(_ frame: Int) {
    let binCount = clock.grid.binCount
    timeline.advance(toFrame: frame)
    var channel = 0
    while channel < channelCount {
      transform.analyse(inputRings[channel], mask: ringMask, frame: frame)
      let spectrum = spectra + channel &* binCount
      var bin = 0
      while bin < binCount {
        spectrum[bin] = transform.spectrum[bin]
        bin &+= 1
      }
      channel &+= 1
    }
    guard let (gains, covariances) = gains(ofFrame: frame) else { return }
    if let covariances { solve(covariances, masks: gains) }
    var part = 0
    while part < partCount {
      let mask = gains + part &* maskStride
      channel = isSilent(mask) ? channelCount : 0
      while channel < channelCount {
        if let covariances {
          places.image(
            of: part, channel: channel, in: covariances, mask: mask, to: transform.spectrum)
        } else {
          SpectrumKernels.multiply(
            spectra + channel &* binCount, by: mask, to: transform.spectrum, count: binCount)
        }
        transform.overlapAdd(
          to: overlapRings[part &* channelCount &+ channel], mask: overlapMask, frame: frame)
        channel &+= 1
      }
      part &+= 1
    }
  }

  @_noLocks
  private func solve(_ covariances: SpatialCovariances.View, masks: UnsafePointer<Float>) {
    var channel = 0
    while channel < channelCount {
      places.take(spectra + channel &* clock.grid.binCount, channel: channel)
      channel &+= 1
    }
    places.solve(covariances, masks: masks)
  }

  @_noLocks
  private func isSilent(_ mask: UnsafePointer<Float>) -> Bool {
    var bin = 0
    while bin < clock.grid.binCount {
      if mask[bin] != 0 { return false }
      bin &+= 1
    }
    return true
  }

  /// The masks of a frame, and where its parts lie.
  private typealias Gains = (UnsafePointer<Float>, SpatialCovariances.View?)

  /// The worker's where they have come, else those of the live model.
  ///
  /// - Returns: nil where no part sounds.
  @_noLocks
  private mutating func gains(ofFrame frame: Int) -> Gains? {
    guard let address = shared.pointee.snapshots.user.current else { return nil }
    let snapshot = Unmanaged<StreamSnapshot>.fromOpaque(address)
    let current = snapshot._withUnsafeGuaranteedRef { $0.current }
    let previous = snapshot._withUnsafeGuaranteedRef { $0.previous }
    if !clock.isLive {
      if let found = masks(in: current, frame: frame) ?? masks(in: previous, frame: frame) {
        return found
      }
    }
    let live = snapshot._withUnsafeGuaranteedRef { $0.live }
    let found = separator.separate(
      spectra: spectra, channelCount: channelCount, timeline: timeline, model: live, frame: frame,
      into: masks, stride: maskStride)
    guard found else { return nil }
    return (UnsafePointer(masks), snapshot._withUnsafeGuaranteedRef { $0.places })
  }

  @_noLocks
  private func masks(in block: StreamSnapshot.Masks, frame: Int) -> Gains? {
    guard let values = block.values, frame >= block.firstFrame, frame < block.endFrame else {
      return nil
    }
    return (values + (frame &- block.firstFrame) &* maskCount &* maskStride, block.places)
  }
}
