// Thread: setup, and audio in `run`

internal import CCPU
internal import CFFTWThreads
internal import CLV2
import DivisiControls
import Synchronization

/// One instance of a plugin: the audio thread's half, the worker's half, and what calls them.
final class Instance: @unchecked Sendable {
  let kind: PluginKind
  let urids: URIDs
  let worker: WorkerSide

  private let audio: UnsafeMutablePointer<AudioSide>
  private let storage: ChannelStorage
  private var channels: Channels { storage.channels }
  /// Nil where the host offers no worker, and then a thread of the plugin's own does the work.
  private let schedule: UnsafePointer<LV2_Worker_Schedule>?
  private let alarm = Alarm()
  private var thread: WorkerThread?

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
    self.kind = kind
    self.urids = urids
    storage = ChannelStorage(sampleRate: sampleRate, hears: kind.follows)
    schedule = features.schedule?.pointee.schedule_work == nil ? nil : features.schedule
    worker = WorkerSide(
      kind: kind, sampleRate: sampleRate, bundle: bundle, channels: storage.channels, log: log)
    audio = .allocate(capacity: 1)
    audio.initialize(
      to: AudioSide(kind: kind, sampleRate: sampleRate, urids: urids, channels: storage.channels))
  }

  deinit {
    deactivate()
    worker.endListening()
    audio.deinitialize(count: 1)
    audio.deallocate()
  }

  func connect(port: Int, to data: UnsafeMutableRawPointer?) {
    audio.pointee.ports.connect(port, to: data)
  }

  /// Starts anew, with what the controls say now.
  func activate() {
    deactivate()
    audio.pointee.discardStreams()
    _ = audio.pointee.updateRequested()
    worker.start(
      StreamKey(audio.pointee.requested, channelCount: audio.pointee.requestedChannelCount),
      audio.pointee.controlsOfWorker, usesScore: audio.pointee.usesScore)
    audio.pointee.restart()
    // A host may have dropped what was scheduled before it deactivated the plugin.
    channels.flags.pointee.isWorkScheduled.store(false, ordering: .releasing)
    worker.freeRetired()
    if schedule == nil {
      thread = WorkerThread(alarm: alarm) { [worker] in worker.work() }
      if thread == nil {
        worker.reportError("there is no thread to learn on but while freewheeling")
      }
    }
  }

  /// Ends what `activate` began.
  func deactivate() {
    worker.interrupt()
    thread = nil
  }

  /// - Thread: audio.
  func run(sampleCount: Int) {
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

  /// Has the worker called; one call that has not begun is enough for all that is to be done.
  private func scheduleWork() {
    guard
      !channels.flags.pointee.isWorkScheduled.exchange(true, ordering: .acquiringAndReleasing)
    else { return }
    guard let schedule, let function = schedule.pointee.schedule_work else {
      alarm.wake()
      return
    }
    var number: UInt32 = 0
    if function(schedule.pointee.handle, 4, &number) != LV2_WORKER_SUCCESS {
      channels.flags.pointee.isWorkScheduled.store(false, ordering: .releasing)
      audio.pointee.mustReschedule = true
    }
  }
}
