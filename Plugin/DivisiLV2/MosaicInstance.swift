// Thread: setup, and audio in `run`

internal import CCPU
internal import CFFTWThreads
internal import CLV2
import DivisiControls

/// One instance of the plugin that plays a mosaic.
final class MosaicInstance: PluginInstance, @unchecked Sendable {
  private let worker: MosaicWorkerSide
  private let audio: UnsafeMutablePointer<MosaicAudioSide>
  private let storage: MosaicChannelStorage
  private let schedule: WorkSchedule

  /// - Returns: nil, with a line in the log, where the host lacks what the plugin cannot do without.
  init?(sampleRate: Double, features: HostFeatures) {
    let urids = URIDs(features.map)
    let log = HostLog(features.log, urids: urids)
    guard sampleRate >= 8000, sampleRate <= 192_000 else {
      log.error("expected a sample rate from 8 to 192 kHz, found \(sampleRate) Hz")
      return nil
    }
    guard features.map != nil else {
      log.error("expected a host with urid:map")
      return nil
    }
    fftwf_make_planner_thread_safe()
    storage = MosaicChannelStorage()
    schedule = WorkSchedule(features)
    worker = MosaicWorkerSide(sampleRate: sampleRate, channels: storage.channels, log: log)
    audio = .allocate(capacity: 1)
    audio.initialize(
      to: MosaicAudioSide(sampleRate: sampleRate, urids: urids, channels: storage.channels))
    super.init(urids: urids)
  }

  deinit {
    deactivate()
    audio.deinitialize(count: 1)
    audio.deallocate()
  }

  override func connect(port: Int, to data: UnsafeMutableRawPointer?) {
    audio.pointee.ports.connect(port, to: data)
  }

  override func activate() {
    deactivate()
    worker.start(transposition: audio.pointee.transposition)
    audio.pointee.restart()
    worker.freeRetired()
    if !schedule.start({ [worker] in worker.work() }) {
      worker.reportError("there is no thread to read sources on but while freewheeling")
    }
  }

  override func deactivate() {
    worker.interrupt()
    schedule.stop()
  }

  /// - Thread: audio.
  override func run(sampleCount: Int) {
    let before = divisi_flush_denormals()
    let worksHere = audio.pointee.isFreewheeling
    audio.pointee.begin(count: sampleCount)
    repeat {
      if audio.pointee.needsWork && worksHere {
        audio.pointee.needsWork = false
        worker.workInRun()
      }
      audio.pointee.advance(stopsForWork: worksHere)
    } while !audio.pointee.isFinished
    if audio.pointee.needsWork {
      audio.pointee.needsWork = !schedule.call()
    }
    audio.pointee.end()
    divisi_restore_denormals(before)
  }

  /// - Thread: worker.
  override func work() {
    schedule.begin()
    worker.work()
  }

  override func save(_ writer: StateWriter) -> LV2_State_Status {
    writer.status(of: [
      writer.putVersion(), writer.put(path: worker.sourcePath, writer.urids.sourceFile),
    ])
  }

  override func restore(_ reader: StateReader) throws(StateError) {
    do throws(StateError) {
      let isComplete = try reader.isComplete()
      let path = try reader.path(reader.urids.sourceFile, "the path of a source")
      if isComplete || path != nil { worker.restore(path: path ?? "") }
    } catch {
      worker.reportError("\(error.description); left as it was")
      throw error
    }
  }
}
