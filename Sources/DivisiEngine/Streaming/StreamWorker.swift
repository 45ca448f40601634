// Thread: worker

internal import CCPU
import DivisiDSP
public import DivisiScore
import DivisiRealtime
import Synchronization

/// The learning end of a stream: takes what the audio thread has received, fits the model, and publishes
/// masks and templates.
///
/// - Thread: any that may allocate and wait, one call at a time; calls from several threads wait for
///   each other.
public final class StreamWorker: @unchecked Sendable {
  /// How long notes sound where no pedal says it: on ten piano pieces 0.25 dB SDR below the pedal,
  /// where 0.2 s is 2.5 dB below.
  private static let releaseWithoutPedalSeconds = 1.0

  private let clock: StreamClock
  private let layout: StreamLayout
  private let shared: UnsafeMutablePointer<StreamShared>
  private let history: SpectrogramHistory
  let notes: NoteHistory
  private let learner: StreamLearner
  private var places: StreamPlaces?
  private let mask: WienerMask
  private let adapts: Bool
  private let releaseSeconds: Double
  private let isOfPlayers: Bool
  private let keepsHeard = Atomic<Bool>(false)
  private var heard = HeardSounds()
  private let lock = Mutex(())
  /// Turns at the lock begun and ended. Of a thread that has waited, the kernel says that it holds the lock, which the
  /// thread sanitizer does not see; this it sees.
  private let turns = Atomic<Int>(0)

  private var previous: MaskBlock?
  private var current: MaskBlock?
  /// Frames below it have their masks.
  private var decidedEnd: Int

  init(
    _ plan: StreamPlan, settings: StreamSettings,
    input: UnsafeMutablePointer<UnsafeMutablePointer<Float>>,
    shared: UnsafeMutablePointer<StreamShared>, material: Material, banks: NoteBanks
  ) {
    clock = plan.clock
    layout = plan.layout
    self.shared = shared
    mask = plan.mask
    history = SpectrogramHistory(plan, rings: input)
    places = StreamPlaces(plan, rings: input)
    learner = StreamLearner(
      settings: plan.separation, grid: plan.grid, binCount: plan.fittedBinCount,
      voiceCount: layout.voiceCount, material: material, restPart: plan.restPart, banks: banks)
    adapts = settings.adapts
    releaseSeconds = settings.separation.releaseSeconds
    isOfPlayers = settings.separation.comb == .shifts
    notes = NoteHistory(
      layout: layout, sampleRate: clock.grid.sampleRate,
      reachSeconds: Double(clock.history + 4 * clock.delay + clock.interval) / clock.grid.frameRate)
    decidedEnd = clock.firstFrame
    publish()
  }

  private func alone(_ work: () -> Void) {
    lock.withLock { _ in
      turns.add(1, ordering: .acquiringAndReleasing)
      work()
      turns.add(1, ordering: .acquiringAndReleasing)
    }
  }

  private func publish() {
    shared.pointee.snapshots.publish(
      StreamSnapshot(
        previous: previous, current: current, live: learner.liveModel(),
        covariances: places?.covariances))
  }

  /// Takes a score, which holds from the next update on.
  ///
  /// - Parameters:
  ///   - parts: as many as the layout has.
  ///   - learnsAnew: whether what was learnt is forgotten, since it was learnt from notes in wrong places. The next
  ///     updates then learn from all that the history still holds, with the notes of this score.
  public func setScore(parts: [Part], hasPedal: Bool, learnsAnew: Bool = false) {
    // Outside the lock, for which an update would wait: a long score takes long.
    let instruments = parts.enumerated().map { index, part in
      layout.instrument(ofPart: index, saying: part.instrument)
    }
    let score = StreamScore(
      parts: parts.enumerated().map { index, part in
        part.notes.map { note in
          StreamNote(
            onsetSeconds: note.onsetSeconds, endSeconds: note.dampedSeconds,
            pitch: UInt8(layout.number(ofPitch: note.pitch)),
            velocity: UInt8(clamping: note.velocity), part: Int16(index),
            instrument: Int16(instruments[index]))
        }
      }, instruments: instruments, hasPedal: hasPedal, layout: layout)
    alone {
      notes.score = score
      if learnsAnew { learner.learnAnew() }
      learner.prepare(notes.voices, soon: [])
      shared.pointee.scores.publish(score)
      publish()
    }
  }

  /// Has what updates hear be kept for ``takeHeard()``, or no longer.
  public func keepHeard(_ isKept: Bool) { keepsHeard.store(isKept, ordering: .relaxed) }

  /// What updates have heard and kept since the last call.
  ///
  /// - Returns: ordered within each update.
  public func takeHeard() -> [HeardSound] {
    var taken: [HeardSound] = []
    alone { taken = heard.take() }
    return taken
  }

  /// Does what is due: learns from the newest frames and decides the masks of those that are due.
  ///
  /// Does nothing if nothing has been asked for since the last call.
  public func update() {
    let before = divisi_flush_denormals()
    defer { divisi_restore_denormals(before) }
    alone {
      // Before the events, so that these reach at least as far.
      let end = shared.pointee.requestedEnd.load(ordering: .acquiring)
      notes.takeEvents(from: shared.pointee)
      guard end > history.end else { return }
      defer { shared.pointee.servedEnd.store(end, ordering: .releasing) }
      history.extend(to: end, written: shared.pointee)
      // A first impression of little sound would stay: learning begins with the first frames due.
      guard end - clock.lookahead > clock.firstFrame else { return }
      learn(until: end)
    }
  }

  private func learn(until end: Int) {
    let oldest = max(clock.firstFrame, end - clock.history)
    var V = history.window(oldest..<end)
    let first = learner.firstFrame(of: V, firstFrame: oldest)
    if first > oldest { V = history.window(first..<end) }
    let leaving = max(0, end + clock.interval - clock.history - first)
    let endSeconds = Double(end) / clock.grid.frameRate
    let window = notes.parts(
      fromSeconds: Double(first) / clock.grid.frameRate, toSeconds: endSeconds)
    // A block begins where the one before is to be left, and ends a little after what is due; what
    // lies before the first sound is in no part.
    let due = max(decidedEnd, oldest)..<max(decidedEnd, oldest, end - clock.lookahead)
    let frames =
      clock.isLive ? end..<end : due.lowerBound..<min(end, due.upperBound + clock.crossfade)
    learner.releaseSeconds = releaseSeconds > 0 ? releaseSeconds : usualRelease
    let model = learner.fit(
      V, parts: window, firstFrame: first,
      leaving: min(leaving, end - first), adapts: adapts,
      due: frames.lowerBound - first..<frames.upperBound - first)
    learner.prepare(notes.voices, soon: notes.upcomingVoices(after: endSeconds))
    if let model {
      let decided = max(first, end - clock.lookahead)
      let newest = max(first, decided - clock.interval)..<decided
      places?.learn(from: newest, written: shared.pointee) {
        mask.compute(from: model, frame: $0 - first, into: $1, scratch: $2)
      }
      if keepsHeard.load(ordering: .relaxed) {
        heard.add(
          from: model, partCount: layout.partNames.count, pitches: learner.componentPitches,
          frames: newest, firstFrame: first,
          frameRate: clock.grid.frameRate)
      }
    }
    if !clock.isLive {
      let block = MaskBlock(
        frames: frames, stride: clock.maskStride, partCount: mask.partCount,
        covariances: places?.covariances)
      if let model { fill(block, from: model, firstFrame: first) }
      if let current { block.fadeIn(after: current) }
      previous = current
      current = block
      decidedEnd = due.upperBound
    }
    publish()
  }

  /// Where no setting says how long notes sound. Tones of ensembles are taken to stop, and their combs are not open: on
  /// players 0.4 s costs 0.1 to 0.7 dB and open combs 0.2 to 1.9, and on rendered ensembles both give ±0.3 dB.
  private var usualRelease: Double {
    if isOfPlayers { return ReleaseSearch.stoppedSeconds }
    return notes.hasPedal ? ReleaseSearch.dampedSeconds : Self.releaseWithoutPedalSeconds
  }

  private func fill(_ block: MaskBlock, from model: ConvolutiveNMF, firstFrame: Int) {
    let scratch = Matrix(rowCount: clock.grid.binCount, columnCount: 2)
    let columns = Matrix(rowCount: clock.grid.binCount, columnCount: mask.partCount)
    precondition(columns.columnStride == block.stride, "strides differ")
    for frame in block.frames where frame >= firstFrame {
      mask.compute(from: model, frame: frame - firstFrame, into: columns, scratch: scratch)
      block.masks(ofFrame: frame).update(
        from: columns.column(0), count: block.stride * mask.partCount)
    }
  }
}
