public import DivisiDSP
import WorkerThreads

/// Runs pieces of work on this thread in a seeded random order.
public func shuffled(seed: UInt64) -> Parallel {
  { count, body in
    var generator = SeededGenerator(seed: seed)
    for index in (0..<count).shuffled(using: &generator) { body(index) }
  }
}

/// Runs pieces of work on threads of its own, whose synchronisation the thread sanitizer sees.
public var threaded: Parallel {
  let pool = WorkerPool(helperCount: 3)
  return { pool.run($0, $1) }
}
