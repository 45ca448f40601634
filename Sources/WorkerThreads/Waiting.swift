internal import CCPU
internal import Glibc
internal import Synchronization

/// How one thread waits: it spins first, unless others want its processor, then it sleeps.
///
///     spins   done? ┄ 32 pauses ┄ done? ┄ 32 pauses ┄ …          until T = 100 µs have passed
///     sleeps                                                      until somebody wakes it
///
/// - T, ``spinNanoseconds``: what it takes to fall asleep and be woken, about 50 µs each way. Who spins
///   for as long as sleeping costs never loses more than twice the least that was possible.
/// - ``pausesPerCheck``: a check reads the clock, about 25 ns, and a word that other threads write. 32
///   pauses, of 10 to 140 cycles by processor, are 0.1 to 1.5 µs: a check is little beside them, and they
///   are little beside 50 µs.
/// - ``crowdedWaitCount``: the scheduler took the processor away from this thread, so others want it.
///   Who spins there has less of it for work, so it sleeps at once for the next 100 waits, which in a fit
///   are about 0.1 s.
///
/// - SeeAlso: Karlin, Li, Manasse & Owicki, "Empirical studies of competitive spinning for a
///   shared-memory multiprocessor", SOSP 1991.
struct Waiting {
  private static let spinNanoseconds = 100_000
  private static let pausesPerCheck = 32
  private static let crowdedWaitCount = 100
  /// RUSAGE_THREAD, which the import leaves out.
  private static let thisThread: __rusage_who_t = 1

  private var preemptionCount = 0
  /// Waits until the thread counts as alone on its processor again.
  private var crowdedWaits = 0

  /// Waits until something is done; whoever does it must call ``Sleepers/wake()`` then.
  mutating func wait(_ sleepers: borrowing Sleepers, _ isDone: () -> Bool) {
    if isDone() { return }
    let end = isCrowded() ? 0 : Self.nanoseconds() + Self.spinNanoseconds
    repeat {
      if isDone() { return }
      for _ in 0..<Self.pausesPerCheck { divisi_pause() }
    } while Self.nanoseconds() < end
    sleepers.sleep(until: isDone)
  }

  /// Whether the thread had to give way a short while ago.
  private mutating func isCrowded() -> Bool {
    var usage = rusage()
    getrusage(Self.thisThread, &usage)
    crowdedWaits =
      usage.ru_nivcsw == preemptionCount ? max(crowdedWaits - 1, 0) : Self.crowdedWaitCount
    preemptionCount = usage.ru_nivcsw
    return crowdedWaits > 0
  }

  private static func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

/// Threads that are asleep until something is done.
///
/// - Thread: any.
struct Sleepers: ~Copyable, @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let count = Atomic(0)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(change, nil)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(mutex)
    change.deallocate()
    mutex.deallocate()
  }

  /// Sleeps until something is done.
  func sleep(until isDone: () -> Bool) {
    // In one order with what `isDone` reads: either this sees it done, or `wake` sees this.
    count.add(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    while !isDone() { pthread_cond_wait(change, mutex) }
    pthread_mutex_unlock(mutex)
    count.subtract(1, ordering: .sequentiallyConsistent)
  }

  /// Has all who sleep look whether what they wait for is done.
  func wake() {
    guard count.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(mutex)
  }
}
