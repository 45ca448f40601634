// Thread: audio

import DivisiControls
import DivisiEngine
import Synchronization

/// The audio thread's half of an instance: all that `run` touches.
///
///     run(n):  begin ─▶ ( advance ─▶ work )* ─▶ notify ─▶ countLate ─▶ report
///
///     in L, R ─▶ inputs ─┬▶ main stream ─▶ stems ──────(1 − f)──┐
///                        └▶ next stream ─▶ nextStems ──── f ────┴▶ x_s ─┬─▶ stem outputs
///                                                                       └─▶ Σ_s g_s · x_s ─▶ mix
///
/// Inputs are copied before an output is written, since any output may lie where an input does. The
/// block is cut at events, at 256 samples (5.8 ms at 44.1 kHz: all buffers of a chunk stay in the
/// cache), where the next stream begins to have output, and where its cross-fade ends; and a chunk is
/// interrupted where a stream wants its model updated, so that work which is done in `run` is done at
/// the same sample as on a worker. None of it shows in the samples.
///
/// - x_s: stem s, a part or the residual, s < `stemCount`, with 1 or 2 channels; dry
/// - g_s: its gain on either side, from gain, mute, solo and pan, in ramps of 10 ms (``Mixer``)
/// - f: 0 while there is no next stream, then once from 0 to 1 in 10 ms (``advanceCrossFade()``)
///
/// Neither allocates nor locks nor waits.
struct AudioSide: ~Copyable {
  let map: PortMap
  let urids: URIDs
  let channels: Channels
  let stemCount: Int
  let sampleRate: Double
  var ports: ControlPorts
  var mixer: Mixer
  var outbox: Outbox
  var transport: Transport

  /// The stream in the outputs; nil where none could be made.
  var main: StreamSlot?
  /// The one to cross-fade to, when its latency has passed.
  var next: StreamSlot?
  /// The settings that were requested last, by the place in ``Setting/withPort``.
  let requested: UnsafeMutablePointer<Float>
  /// Those that the controls have said since they last changed, and for how many samples.
  let wanted: UnsafeMutablePointer<Float>
  var settledSamples = 0
  var requestedChannelCount = 2
  var sentSettings = 0
  let settingCount: Int
  /// States that were restored, as far as a stream for them has been requested.
  var adoptedStates = 0
  /// States of which it is known that they were restored.
  var seenStates = 0
  /// Whether the outputs are on the way to a state that was restored: the main stream keeps its
  /// placement until they are there.
  var isAdoptingState = false
  /// Updates that came too late since activation, and what of it the main stream says; −1 before it
  /// has been read.
  var lateCount = 0
  var mainLateCount = 0
  /// Whether there is something new for the worker.
  var needsWork = false
  /// Whether the host had no room for a request.
  var mustReschedule = false

  /// Where in the block we are.
  var done = 0
  var count = 0
  /// What comes at the port for messages, and at that for MIDI.
  var events = EventReader()
  var midi = EventReader()
  /// The samples that are being done, and how many of them each stream has done.
  var chunkCount = 0
  var mainDone = 0
  var nextDone = 0

  /// Where the controls say that notes come from, and where they did for the main stream.
  var placement = Placement()
  var mainPlacement = Placement()
  /// The score slot, 0 for none; how the recording is followed, as ``Following`` has it; the map of drums.
  var slot: WorkerControl, follow: WorkerControl, drumMap: WorkerControl
  let drumNumbers = DrumNumbers()
  /// What is heard on its way to the worker; see ``hear(from:count:)``.
  var hearing: Hearing
  /// Who looks at the plugin's own window, and what it is told.
  var watch: Watch
  /// Whether gains are where the controls say, because no sample has been processed yet.
  var isFresh = true

  let inputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  let constInputs: UnsafeMutablePointer<UnsafePointer<Float>>
  let levels: UnsafeMutablePointer<Float>

  init(kind: PluginKind, sampleRate: Double, urids: URIDs, channels: Channels) {
    map = PortMap(kind)
    slot = WorkerControl(map.scoreSlot, .slot)
    follow = WorkerControl(map.follow, .follow)
    drumMap = WorkerControl(map.drumMap, .drumMap)
    self.urids = urids
    self.channels = channels
    self.sampleRate = sampleRate
    stemCount = kind.stems.count
    settingCount = Setting.withPort.count
    ports = ControlPorts(kind: kind)
    mixer = Mixer(stemCount: stemCount, sampleRate: sampleRate)
    outbox = Outbox(channels)
    transport = Transport(sampleRate: sampleRate)
    hearing = Hearing(channels.sound)
    watch = Watch(sampleRate: sampleRate)
    inputs = .allocate(capacity: 2)
    constInputs = .allocate(capacity: 2)
    for channel in 0..<2 {
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: Mixer.capacity)
      buffer.initialize(repeating: 0, count: Mixer.capacity)
      (inputs + channel).initialize(to: buffer)
      (constInputs + channel).initialize(to: UnsafePointer(buffer))
    }
    requested = .allocate(capacity: settingCount)
    requested.initialize(repeating: 0, count: settingCount)
    wanted = .allocate(capacity: settingCount)
    wanted.initialize(repeating: 0, count: settingCount)
    levels = .allocate(capacity: stemCount)
    levels.initialize(repeating: 0, count: stemCount)
  }

  deinit {
    inputs[0].deallocate()
    inputs[1].deallocate()
    inputs.deallocate()
    constInputs.deallocate()
    levels.deallocate()
    requested.deallocate()
    wanted.deallocate()
  }

  /// Whether the block is done.
  var isFinished: Bool {
    @_noLocks get { done >= count && nextEventFrame == nil }
  }

  /// Makes room for a stream to start anew with; while nothing runs.
  mutating func discardStreams() {
    // Before the stream is made, since more may be restored meanwhile.
    adoptedStates = channels.flags.pointee.restoredStates.load(ordering: .acquiring)
    seenStates = adoptedStates
    isAdoptingState = false
    if let next { retire(next.stream) }
    next = nil
    while let read = channels.streams.read(), let stream = read { retire(stream) }
  }

  /// Starts anew with the stream that has been made for ``requested``; while nothing runs.
  mutating func restart() {
    sentSettings = channels.flags.pointee.servedSettings.load(ordering: .acquiring)
    let latency = transport.latency
    transport = Transport(sampleRate: sampleRate)
    transport.latency = latency
    mixer.endCrossFade()
    chunkCount = 0
    isFresh = true
    slot.sent = slot.value(ports)
    follow.sent = follow.value(ports)
    drumMap.sent = drumMap.value(ports)
    // Without a new stream the old one goes on.
    while let read = channels.streams.read(), let stream = read {
      if let main { retire(main.stream) }
      main = StreamSlot(stream)
    }
    lateCount = 0
    mainLateCount = -1
    channels.flags.pointee.scorelessCount.store(0, ordering: .relaxed)
    needsWork = false
    mustReschedule = false
    for stem in 0..<stemCount { levels[stem] = 0 }
  }

  /// What the controls say that the worker serves.
  var controlsOfWorker: WorkerSide.Controls {
    WorkerSide.Controls(
      slot: slot.value(ports), follow: follow.value(ports), drumMap: drumMap.value(ports))
  }

  /// Whether all work is to be done at once.
  var isFreewheeling: Bool { ports.isOn(map.freewheel) }

  /// Takes notice of updates that have come too late.
  mutating func countLate() {
    guard let main else { return }
    let now = main.stream.process.pointee.lateUpdateCount
    if mainLateCount >= 0 { lateCount += max(0, now - mainLateCount) }
    mainLateCount = now
  }

  /// Goes on with the block until it ends or there is work.
  @_noLocks
  mutating func advance() {
    while !isFinished && !needsWork {
      let frame = min(max(nextEventFrame ?? count, done), count)
      if done < frame {
        render(frame &- done)
      } else if let event = nextEvent() {
        handle(event)
      }
    }
  }

  private var nextEventFrame: Int? {
    @_noLocks get {
      guard let message = events.nextFrame() else { return midi.nextFrame() }
      return min(message, midi.nextFrame() ?? message)
    }
  }

  /// Takes the next event of either port: of two at once, a message, which may say where the transport is.
  @_noLocks
  private mutating func nextEvent() -> EventReader.Event? {
    if let note = midi.nextFrame(), note < events.nextFrame() ?? Int.max { return midi.next() }
    return events.next()
  }
}
