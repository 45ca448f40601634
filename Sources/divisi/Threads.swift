import Dispatch
import DivisiDSP
import Synchronization

/// Work spread over some threads; pieces are taken in order by whichever thread is free.
func threads(_ count: Int) -> Parallel {
  guard count > 1 else { return sequentially }
  return { pieces, body in
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(count, pieces)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < pieces else { return }
        body(index)
      }
    }
  }
}
