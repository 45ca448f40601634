internal import CLilv
internal import DivisiRealtime
internal import Glibc
internal import Synchronization

/// How a host does the work that a plugin schedules.
public enum WorkerMode: Sendable, Equatable, CaseIterable {
  /// The feature is not offered.
  case absent
  /// Within `run`, and the answer too, as hosts do that render offline.
  case immediate
  /// Within `run`; the answer after it.
  case synchronous
  /// In a thread of its own; the answers after the next `run` that finds them.
  case asynchronous
}

/// The worker feature of one instance.
final class Worker {
  private static let ringSize = 1 << 16

  let mode: WorkerMode
  /// The feature's data, with a pointer to this object.
  let schedule = UnsafeMutablePointer<LV2_Worker_Schedule>.allocate(capacity: 1)
  /// The same for `restore`, which may run beside `run`: each thread writes a ring of its own.
  let scheduleInRestore = UnsafeMutablePointer<LV2_Worker_Schedule>.allocate(capacity: 1)
  private let requests = MessageRing(capacity: ringSize)
  private let requestsOfRestore = MessageRing(capacity: ringSize)
  private let responses = MessageRing(capacity: ringSize)
  /// The audio thread's end, which is complete before it comes there.
  let answers: UnsafeMutablePointer<WorkerAnswers>
  private var handle: LV2_Handle? { answers.pointee.handle }
  private var interface: UnsafePointer<LV2_Worker_Interface>? { answers.pointee.interface }
  private let wake = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private var thread: pthread_t?
  private let isEnding = Atomic<Bool>(false), hasEnded = Atomic<Bool>(false)
  /// How long the end waits for work in hand, in milliseconds.
  private let timeout: Int
  private let scheduled = Atomic<Int>(0), done = Atomic<Int>(0)

  init(_ mode: WorkerMode, timeout: Int) {
    self.mode = mode
    self.timeout = timeout
    answers = .allocate(capacity: 1)
    answers.initialize(to: WorkerAnswers(ring: responses.view))
    sem_init(wake, 0, 0)
    schedule.initialize(
      to: LV2_Worker_Schedule(handle: Unmanaged.passUnretained(self).toOpaque()) {
        handle, size, data in
        guard let handle else { return LV2_WORKER_ERR_UNKNOWN }
        return Unmanaged<Worker>.fromOpaque(handle)._withUnsafeGuaranteedRef {
          $0.request(data, count: Int(size), in: $0.requests.view)
        }
      })
    scheduleInRestore.initialize(
      to: LV2_Worker_Schedule(handle: Unmanaged.passUnretained(self).toOpaque()) {
        handle, size, data in
        guard let handle else { return LV2_WORKER_ERR_UNKNOWN }
        return Unmanaged<Worker>.fromOpaque(handle)._withUnsafeGuaranteedRef {
          $0.request(data, count: Int(size), in: $0.requestsOfRestore.view)
        }
      })
  }

  deinit {
    _ = stop()
    answers.deallocate()
    sem_destroy(wake)
    wake.deallocate()
    schedule.deallocate()
    scheduleInRestore.deallocate()
  }

  /// Begins to serve an instance. A plugin without the interface gets no work done.
  func start(_ handle: LV2_Handle, _ interface: UnsafePointer<LV2_Worker_Interface>?) {
    answers.pointee.handle = handle
    answers.pointee.interface = interface
    guard mode == .asynchronous, interface != nil else { return }
    var thread = pthread_t()
    let context = Unmanaged.passUnretained(self).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let worker = Unmanaged<Worker>.fromOpaque(context)
        worker._withUnsafeGuaranteedRef { $0.serve() }
        return nil
      }, context)
    if status == 0 { self.thread = thread }
  }

  /// Ends the thread, when the work in hand is done. What still waits is dropped.
  ///
  /// - Returns: false if the work does not come to an end; the thread goes on then, and needs this
  ///   object, the plugin's instance and its ports.
  func stop() -> Bool {
    guard let thread else { return true }
    isEnding.store(true, ordering: .releasing)
    sem_post(wake)
    var waited = 0
    while !hasEnded.load(ordering: .acquiring), waited < timeout {
      usleep(1000)
      waited += 1
    }
    self.thread = nil
    guard hasEnded.load(ordering: .acquiring) else {
      pthread_detach(thread)
      return false
    }
    pthread_join(thread, nil)
    return true
  }

  /// Waits until all work that was scheduled is done; its answers still have to be delivered.
  func join(unless isOver: () -> Bool) {
    let goal = scheduled.load(ordering: .acquiring)
    while done.load(ordering: .acquiring) < goal, thread != nil, !isOver() { usleep(50) }
  }

  private func request(_ data: UnsafeRawPointer?, count: Int, in ring: MessageRing.View)
    -> LV2_Worker_Status
  {
    guard interface != nil, mode != .absent else { return LV2_WORKER_ERR_UNKNOWN }
    if mode == .asynchronous {
      guard ring.write(0, data, count: count) else { return LV2_WORKER_ERR_NO_SPACE }
      scheduled.add(1, ordering: .releasing)
      sem_post(wake)
      return LV2_WORKER_SUCCESS
    }
    work(data, count: count)
    if mode == .immediate { answers.pointee.respond() }
    return LV2_WORKER_SUCCESS
  }

  private func serve() {
    while true {
      while sem_wait(wake) != 0 {}
      if isEnding.load(ordering: .acquiring) {
        hasEnded.store(true, ordering: .releasing)
        return
      }
      for ring in [requests.view, requestsOfRestore.view] {
        guard let request = ring.first else { continue }
        work(request.bytes, count: request.count)
        ring.removeFirst()
        done.add(1, ordering: .releasing)
      }
    }
  }

  private func work(_ data: UnsafeRawPointer?, count: Int) {
    let respond: LV2_Worker_Respond_Function = { context, size, data in
      guard let context else { return LV2_WORKER_ERR_UNKNOWN }
      return Unmanaged<Worker>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.responses.view.write(0, data, count: Int(size))
          ? LV2_WORKER_SUCCESS : LV2_WORKER_ERR_NO_SPACE
      }
    }
    _ = interface?.pointee.work?(
      handle, respond, Unmanaged.passUnretained(self).toOpaque(), UInt32(count),
      count > 0 ? data : nil)
  }
}
