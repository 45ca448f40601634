// Thread: setup, and worker

internal import Glibc
import Synchronization

/// A thread of the plugin's own, which has to end by itself before this does.
///
/// Its priority is an ordinary one whatever the maker's is, so that nothing competes with the audio
/// thread, and it takes none of the host's signals.
struct OwnThread: ~Copyable {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  /// Starts it.
  ///
  /// - Returns: nil where the system has no thread to give.
  init?(_ run: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setinheritsched(&attributes, Int32(PTHREAD_EXPLICIT_SCHED))
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER)
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    guard status == 0 else {
      body.release()
      return nil
    }
    self.thread = thread
  }

  deinit { pthread_join(thread, nil) }
}

/// Wakes a thread that waits.
///
/// - Thread: ``wake()`` on any thread, the audio thread too: a semaphore's post neither locks nor
///   waits (POSIX has it among what even signal handlers may call).
final class Alarm: Sendable {
  private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func wake() { sem_post(semaphore) }

  /// Waits for as many calls of ``wake()`` as there are calls of this.
  func wait() { while sem_wait(semaphore) != 0 {} }
}

/// Does the work where the host offers no worker: sleeps until the audio thread wakes it.
///
/// - Thread: made and freed on the host's, while nothing runs.
struct WorkerThread: ~Copyable {
  private final class Ending: Sendable {
    let isOver = Atomic<Bool>(false)
  }

  private let alarm: Alarm
  private let ending: Ending
  private let thread: OwnThread

  /// - Parameter alarm: wakes it; what was woken before it starts counts too.
  /// - Returns: nil where the system has no thread to give.
  init?(alarm: Alarm, work: @escaping @Sendable () -> Void) {
    let ending = Ending()
    guard
      let thread = OwnThread({
        while true {
          alarm.wait()
          if ending.isOver.load(ordering: .acquiring) { return }
          work()
        }
      })
    else { return nil }
    self.alarm = alarm
    self.ending = ending
    self.thread = thread
  }

  /// Ends the thread, when the work in hand is done.
  deinit {
    ending.isOver.store(true, ordering: .releasing)
    alarm.wake()
  }
}
