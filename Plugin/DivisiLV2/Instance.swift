// Thread: setup, and audio in `run`

internal import CCPU
internal import CFFTWThreads
internal import CLV2
import DivisiControls

/// One instance of a plugin that separates: the audio thread's half, the worker's half, and what calls them.
final class Instance: PluginInstance, @unchecked Sendable {
  private let worker: WorkerSide

  private let audio: UnsafeMutablePointer<AudioSide>
  private let storage: ChannelStorage
  private let schedule: WorkSchedule

  /// - Returns: nil, with a line in the log, where the host lacks what the plugin cannot do without.
  init?(kind: PluginKind, sampleRate: Double, bundle: String, features: HostFeatures) {
    let urids = URIDs(features.map)
    let log = HostLog(features.log, urids: urids)
    guard sampleRate >= 8000, sampleRate <= 192_000 else {
      log.error("expected a sample rate from 8 to 192 kHz, found \(sampleRate) Hz")
      return nil
    }
    guard features.map != nil || !kind.hasPartOutputs else {
      log.error("expected a host with urid:map; <\(kind.uri)-mix> does without")
      return nil
    }
    // Other plugins in the process plan with FFTW too, and not all of them take care.
    fftwf_make_planner_thread_safe()
    storage = ChannelStorage(sampleRate: sampleRate)
    schedule = WorkSchedule(features)
    worker = WorkerSide(
      kind: kind, sampleRate: sampleRate, bundle: bundle, channels: storage.channels, log: log)
    audio = .allocate(capacity: 1)
    audio.initialize(
      to: AudioSide(kind: kind, sampleRate: sampleRate, urids: urids, channels: storage.channels))
    super.init(urids: urids)
  }

  deinit {
    deactivate()
    worker.endListening()
    audio.deinitialize(count: 1)
    audio.deallocate()
  }

  override func connect(port: Int, to data: UnsafeMutableRawPointer?) {
    audio.pointee.ports.connect(port, to: data)
  }

  /// Starts anew, with what the controls say now.
  override func activate() {
    deactivate()
    audio.pointee.discardStreams()
    _ = audio.pointee.updateRequested()
    worker.start(
      StreamKey(audio.pointee.requested, channelCount: audio.pointee.requestedChannelCount),
      audio.pointee.controlsOfWorker)
    audio.pointee.restart()
    worker.freeRetired()
    if !schedule.start({ [worker] in worker.work() }) {
      worker.reportError("there is no thread to learn on but while freewheeling")
    }
  }

  /// Ends what `activate` began.
  override func deactivate() {
    worker.interrupt()
    schedule.stop()
  }

  /// - Thread: audio.
  override func run(sampleCount: Int) {
    let before = divisi_flush_denormals()
    let worksHere = audio.pointee.isFreewheeling
    audio.pointee.begin(count: sampleCount, waitsForRest: !worksHere)
    repeat {
      if audio.pointee.needsWork {
        audio.pointee.needsWork = false
        if worksHere { worker.workInRun() } else { scheduleWork() }
      }
      audio.pointee.advance()
    } while !audio.pointee.isFinished || (audio.pointee.needsWork && worksHere)
    if audio.pointee.needsWork {
      audio.pointee.needsWork = false
      scheduleWork()
    }
    audio.pointee.notify()
    audio.pointee.countLate()
    audio.pointee.report()
    divisi_restore_denormals(before)
  }

  private func scheduleWork() {
    if !schedule.call() { audio.pointee.mustReschedule = true }
  }

  /// - Thread: worker.
  override func work() {
    schedule.begin()
    worker.work()
  }

  override func save(_ writer: StateWriter) -> LV2_State_Status { worker.state.store(writer) }

  override func restore(_ reader: StateReader) throws(StateError) {
    do throws(StateError) {
      try worker.restore(SavedState(reader))
    } catch {
      worker.refuse(error.description)
      throw error
    }
  }
}
