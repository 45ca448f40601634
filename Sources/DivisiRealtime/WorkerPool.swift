internal import CCPU
internal import Glibc
internal import Synchronization

/// Threads that help with work in pieces, again and again.
///
/// A fit asks for help thousands of times, for a millisecond each, and to wake a thread takes a
/// twentieth of that. So helpers look out for the next work a little while before they sleep.
///
/// - Thread: any; work that is asked for while there is some, or by a piece of it, is done by the
///   thread that asks.
public final class WorkerPool: Sendable {
  private let desk: Desk
  private let helpers: [pthread_t]

  /// - Parameter helperCount: threads beside the one that asks; fewer if the system has no more.
  public init(helperCount: Int) {
    let desk = Desk()
    self.desk = desk
    // Signals are for the thread that was there before.
    var (blocked, before) = (sigset_t(), sigset_t())
    sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPROF] { sigdelset(&blocked, fault) }
    pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    helpers = (0..<helperCount).compactMap { _ in
      var thread = pthread_t()
      let argument = Unmanaged.passRetained(desk)
      let failure = pthread_create(
        &thread, nil,
        { argument in
          Unmanaged<Desk>.fromOpaque(argument!).takeRetainedValue().help()
          return nil
        }, argument.toOpaque())
      if failure != 0 { argument.release() }
      return failure == 0 ? thread : nil
    }
  }

  deinit {
    desk.close()
    for helper in helpers { pthread_join(helper, nil) }
  }

  /// Does all pieces, in any order and on any of the threads, and returns when they are done.
  public func run(_ count: Int, _ piece: @Sendable (_ index: Int) -> Void) {
    guard count > 1, !helpers.isEmpty, desk.open(count, piece) else {
      for index in 0..<count { piece(index) }
      return
    }
  }
}

/// Where work lies, and what is known of who is at it.
private final class Desk: @unchecked Sendable {
  /// Which work this is, whether helpers may still join, and how many are at it.
  private struct State {
    var bits: Int
    static let open = 1 << 16
    var number: Int { bits >> 17 }
    var isOpen: Bool { bits & Self.open != 0 }
    var helperCount: Int { bits & (Self.open - 1) }
    var next: State { State(bits: (number + 1) << 17 | Self.open) }
  }

  private let state = Atomic(0)
  private let next = Atomic(0)
  private let isTaken = Atomic(false)
  private let isClosed = Atomic(false)
  /// Threads that have to be woken.
  private let sleeperCount = Atomic(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Written while no helper may join.
  private var count = 0
  private var piece: (@Sendable (Int) -> Void)?
  /// Of the thread that asks.
  private var company = Company()

  /// How long a thread stays awake, in nanoseconds: about as long as it takes to wake it.
  private static let patience = 100_000
  private static let pausesPerLook = 32

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

  /// Does some work together with the helpers.
  ///
  /// - Returns: false if there is other work, and nothing has been done.
  func open(_ count: Int, _ piece: @Sendable (Int) -> Void) -> Bool {
    guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
    withoutActuallyEscaping(piece) { piece in
      self.count = count
      self.piece = piece
      next.store(0, ordering: .relaxed)
      let now = State(bits: state.load(ordering: .relaxed)).next
      state.store(now.bits, ordering: .sequentiallyConsistent)
      wakeSleepers()
      takePieces()
      state.bitwiseAnd(~State.open, ordering: .acquiringAndReleasing)
      wait(&company) {
        State(bits: state.load(ordering: .sequentiallyConsistent)).helperCount == 0
      }
      self.piece = nil
    }
    isTaken.store(false, ordering: .releasing)
    return true
  }

  /// Helps with all work there will be.
  func help() {
    var last = 0
    var company = Company()
    while true {
      wait(&company) {
        let state = State(bits: state.load(ordering: .sequentiallyConsistent))
        return state.isOpen && state.number != last
          || isClosed.load(ordering: .sequentiallyConsistent)
      }
      if isClosed.load(ordering: .acquiring) { return }
      let now = State(bits: state.load(ordering: .acquiring))
      guard now.isOpen, now.number != last else { continue }
      let joined = state.compareExchange(
        expected: now.bits, desired: now.bits + 1, ordering: .acquiringAndReleasing)
      guard joined.exchanged else { continue }
      last = now.number
      takePieces()
      state.subtract(1, ordering: .sequentiallyConsistent)
      wakeSleepers()
    }
  }

  /// Lets the helpers go.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  /// Never inlined, so that no helper has a reference to the piece once it has left.
  @inline(never)
  private func takePieces() {
    let (count, piece) = (count, piece!)
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      piece(index)
    }
  }

  /// Waits until something has come about: awake first, unless others want the processor, then asleep.
  private func wait(_ company: inout Company, _ isDone: () -> Bool) {
    if isDone() { return }
    let end = company.isExpected ? 0 : Self.nanoseconds() + Self.patience
    repeat {
      if isDone() { return }
      for _ in 0..<Self.pausesPerLook { divisi_pause() }
    } while Self.nanoseconds() < end
    sleeperCount.add(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    while !isDone() { pthread_cond_wait(change, mutex) }
    pthread_mutex_unlock(mutex)
    sleeperCount.subtract(1, ordering: .sequentiallyConsistent)
  }

  /// What a thread knows of others on its processor. Who stays awake there has less of it for work.
  private struct Company {
    /// RUSAGE_THREAD, which the import leaves out.
    private static let thisThread: __rusage_who_t = 1
    private var preemptionCount = 0
    /// Waits until it counts as alone again.
    private var waitCount = 0

    /// Whether the thread had to give way a short while ago.
    var isExpected: Bool {
      mutating get {
        var usage = rusage()
        getrusage(Self.thisThread, &usage)
        waitCount = usage.ru_nivcsw == preemptionCount ? max(waitCount - 1, 0) : 100
        preemptionCount = usage.ru_nivcsw
        return waitCount > 0
      }
    }
  }

  private static func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private func wakeSleepers() {
    guard sleeperCount.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(mutex)
  }
}
