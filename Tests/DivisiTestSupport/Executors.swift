import Dispatch
public import DivisiDSP

/// Runs pieces of work on this thread in a seeded random order.
public func shuffled(seed: UInt64) -> Parallel {
  { count, body in
    var generator = SeededGenerator(seed: seed)
    for index in (0..<count).shuffled(using: &generator) { body(index) }
  }
}

/// Runs pieces of work on as many threads as the machine gives.
public let threaded: Parallel = { count, body in
  DispatchQueue.concurrentPerform(iterations: count, execute: body)
}
