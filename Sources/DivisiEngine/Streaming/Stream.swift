// Thread: setup

import DivisiDSP
import Synchronization

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
  /// Input by channel: the audio thread writes, both read.
  private let input: SampleRings

  /// - Parameters:
  ///   - settings: valid.
  ///   - kit: where drum templates start; nil for generic ones.
  ///   - banks: what pitched templates start from.
  ///   - sampleRate: 8,000 to 192,000 Hz.
  ///   - channelCount: from 1.
  /// - Complexity: allocates some megabytes; see ``StreamClock/ringLength``.
  public init(
    settings: StreamSettings, layout: StreamLayout, kit: DrumKit?, banks: NoteBanks = NoteBanks(),
    sampleRate: Double, channelCount: Int
  ) {
    let plan = StreamPlan(
      settings: settings, layout: layout, sampleRate: sampleRate, channelCount: channelCount)
    self.settings = settings
    latency = plan.clock.latency
    partNames = layout.partNames
    shared = .allocate(capacity: 1)
    shared.initialize(to: StreamShared(layout: layout))
    input = SampleRings(count: channelCount, length: plan.clock.ringLength)
    process = .allocate(capacity: 1)
    process.initialize(to: StreamProcess(plan, input: input.pointers, shared: shared))
    worker = StreamWorker(
      plan, settings: settings, input: input.pointers, shared: shared,
      material: layout.isPercussive
        ? .drums(kit ?? DrumKit(patches: [:], origin: "")) : .pitched, banks: banks)
  }

  deinit {
    process.deinitialize(count: 1)
    process.deallocate()
    shared.deinitialize(count: 1)
    shared.deallocate()
  }

  /// Events (positions, sources, MIDI) that found no room on their way to the worker, which learnt of them
  /// by the next update's copy of all notes instead; any thread.
  public var recoveredEventCount: Int { shared.pointee.recoveredEvents.load(ordering: .relaxed) }
}
