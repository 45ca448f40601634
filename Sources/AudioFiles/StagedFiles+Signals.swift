internal import Glibc
internal import Synchronization

extension StagedFiles {
  /// From now on, SIGINT, SIGTERM and SIGHUP remove what has been written aside, then end the
  /// program as they would have.
  ///
  /// To be called once, before the work starts. A signal that the program was started to ignore
  /// stays ignored. A signal that arrives during ``commit()`` waits for its end. A limit on file
  /// sizes no longer ends the program: it becomes an error of the file that is too large.
  public static func removeOnSignals() {
    TemporaryPaths.shared.prepare()
    signal(SIGXFSZ, SIG_IGN)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      var present = sigaction()
      guard sigaction(signal, nil, &present) == 0 else { continue }
      // SIG_IGN is 1, and no type for it survives the import.
      if unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }
      var wanted = sigaction()
      wanted.__sigaction_handler.sa_handler = stop
      wanted.sa_flags = SA_RESTART
      sigaction(signal, &wanted, nil)
    }
  }

  /// Puts off the handling of signals, because outputs are half renamed.
  static func holdSignals() {
    holdCount.add(1, ordering: .sequentiallyConsistent)
  }

  /// Ends what ``holdSignals()`` began, and follows a signal that came meanwhile.
  static func releaseSignals() {
    let remaining = holdCount.subtract(1, ordering: .sequentiallyConsistent).newValue
    let signal = heldSignal.load(ordering: .sequentiallyConsistent)
    if remaining == 0, signal != 0 { raise(signal) }
  }
}

private let holdCount = Atomic(0)
private let heldSignal = Atomic<Int32>(0)

/// The signal handler: atomics and async-signal-safe calls alone.
private func stop(_ signal: Int32) {
  guard holdCount.load(ordering: .sequentiallyConsistent) == 0 else {
    heldSignal.store(signal, ordering: .sequentiallyConsistent)
    return
  }
  TemporaryPaths.shared.deleteAll()
  Glibc.signal(signal, SIG_DFL)
  raise(signal)
}
