// Thread: setup

import DivisiDSP

/// A recording that is separated while it arrives.
///
/// The audio thread owns ``process``, a worker ``worker``; this object owns the memory of both, and
/// is made and freed where neither runs. Everything is allocated here, so that the audio thread never
/// allocates. The samples that come out depend on the samples, notes and positions that went in, on
/// nothing else, as long as every update is done before its frames are due; the lengths of blocks
/// never matter.
public final class Stream: @unchecked Sendable {
  /// The audio thread's end.
  public let process: UnsafeMutablePointer<StreamProcess>
  /// The learning end.
  public let worker: StreamWorker
  /// What it was built for.
  public let settings: StreamSettings
  /// Samples between input and output.
  public let latency: Int
  /// The stems' names.
  public let partNames: [String]

  private let shared: UnsafeMutablePointer<StreamShared>
  private let inputRings: Rings
  private let overlapRings: Rings
  private let spectra: UnsafeMutablePointer<SIMD2<Float>>
  private let masks: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - settings: valid.
  ///   - kit: where drum templates start; nil for generic ones.
  ///   - bank: what pitched templates start from; nil for combs.
  ///   - sampleRate: 8,000 to 192,000 Hz.
  ///   - channelCount: from 1.
  /// - Complexity: allocates some megabytes; see ``StreamClock/ringLength``.
  public init(
    settings: StreamSettings, layout: StreamLayout, kit: DrumKit?, bank: NoteBank? = nil,
    sampleRate: Double, channelCount: Int
  ) {
    let clock = StreamClock(settings: settings, sampleRate: sampleRate)
    let grid = clock.grid
    var separation = settings.separation
    separation.model = separation.model.streamed
    self.settings = settings
    latency = clock.latency
    partNames = layout.partNames
    let partCount = layout.partNames.count
    let fitted = separation.fittedBinCount(grid)
    let scale = Self.scale(grid)
    let mask = separation.mask(partCount: partCount, grid: grid, hasResidual: true)

    shared = .allocate(capacity: 1)
    shared.initialize(to: StreamShared())
    inputRings = Rings(count: channelCount, length: clock.ringLength)
    overlapRings = Rings(count: channelCount * partCount, length: clock.overlapLength)
    spectra = .allocate(capacity: channelCount * grid.binCount)
    spectra.initialize(repeating: .zero, count: channelCount * grid.binCount)
    let maskCount = partCount * clock.maskStride
    masks = UnsafeMutableRawPointer.allocate(byteCount: 4 * maskCount, alignment: 64)
      .bindMemory(to: Float.self, capacity: maskCount)
    masks.initialize(repeating: 0, count: maskCount)

    process = .allocate(capacity: 1)
    process.initialize(
      to: StreamProcess(
        clock: clock, channelCount: channelCount, partCount: partCount,
        inputRings: inputRings.pointers, overlapRings: overlapRings.pointers, shared: shared,
        transform: StreamTransform(grid: grid), spectra: spectra, masks: masks,
        timeline: NoteTimeline(
          grid: grid, toleranceSeconds: separation.toleranceSeconds, layout: layout,
          scores: shared.pointee.scores.user),
        separator: FrameSeparator(
          grid: grid, fittedBinCount: fitted, mask: mask, scale: scale, settings: separation)))
    worker = StreamWorker(
      clock: clock, layout: layout, settings: settings, shared: shared,
      history: SpectrogramHistory(
        clock: clock, fittedBinCount: fitted, channelCount: channelCount,
        rings: inputRings.pointers, scale: scale),
      learner: StreamLearner(
        settings: separation, grid: grid, binCount: fitted,
        material: layout.isPercussive
          ? .drums(kit ?? DrumKit(patches: [:], origin: "")) : .pitched, bank: bank),
      mask: mask)
  }

  deinit {
    process.pointee.deallocate()
    process.deallocate()
    spectra.deallocate()
    UnsafeMutableRawPointer(masks).deallocate()
    shared.deinitialize(count: 1)
    shared.deallocate()
  }

  /// Magnitudes such that a sine of full scale peaks at 1.
  private static func scale(_ grid: TimeGrid) -> Float { 4 / Float(grid.windowLength) }
}

/// Some rings of equal length, zero at first.
private final class Rings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let count: Int

  init(count: Int, length: Int) {
    self.count = count
    pointers = .allocate(capacity: count)
    for index in 0..<count {
      let ring = UnsafeMutablePointer<Float>.allocate(capacity: length)
      ring.initialize(repeating: 0, count: length)
      (pointers + index).initialize(to: ring)
    }
  }

  deinit {
    for index in 0..<count { pointers[index].deallocate() }
    pointers.deallocate()
  }
}
