// Thread: setup, and audio in `call`

internal import CLV2
import Synchronization

/// How the audio thread has the worker called: by the host, or by a thread of the plugin's own where the host offers none.
final class WorkSchedule: @unchecked Sendable {
  /// Whether a call is under way that has not begun.
  private let isUnderWay = Atomic<Bool>(false)
  private let schedule: UnsafePointer<LV2_Worker_Schedule>?
  private let alarm = Alarm()
  private var thread: WorkerThread?

  init(_ features: HostFeatures) {
    schedule = features.schedule?.pointee.schedule_work == nil ? nil : features.schedule
  }

  /// Starts the plugin's own thread where the host has no worker.
  ///
  /// - Returns: false where the system has no thread to give.
  func start(_ work: @escaping @Sendable () -> Void) -> Bool {
    // A host may have dropped what was scheduled before it deactivated the plugin.
    isUnderWay.store(false, ordering: .releasing)
    guard schedule == nil else { return true }
    thread = WorkerThread(alarm: alarm) { [weak self] in
      self?.begin()
      work()
    }
    return thread != nil
  }

  /// Ends that thread, when the work in hand is done.
  func stop() { thread = nil }

  /// Takes notice that the worker was called, before it does anything.
  func begin() { _ = isUnderWay.exchange(false, ordering: .acquiringAndReleasing) }

  /// Has the worker called; one call that has not begun is enough for all that is to be done.
  ///
  /// - Returns: false where the host had no room.
  /// - Thread: audio.
  func call() -> Bool {
    guard !isUnderWay.exchange(true, ordering: .acquiringAndReleasing) else { return true }
    guard let schedule, let function = schedule.pointee.schedule_work else {
      alarm.wake()
      return true
    }
    var number: UInt32 = 0
    guard function(schedule.pointee.handle, 4, &number) != LV2_WORKER_SUCCESS else { return true }
    isUnderWay.store(false, ordering: .releasing)
    return false
  }
}
