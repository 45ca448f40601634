import Glibc
import Synchronization
import Testing

@testable import DivisiStudio

/// Separations come one after the other, and can be called off.
@Suite struct JobQueueTests {
  /// Waits for what another thread does.
  private func wait(_ condition: () -> Bool) async throws {
    for _ in 0..<20_000 where !condition() { try await Task.sleep(for: .milliseconds(2)) }
    try #require(condition())
  }

  @Test func oneWaitsForTheOther() async throws {
    let queue = JobQueue()
    let isFree = Atomic(false)
    let order = Mutex([String]())
    try queue.add("a") { _, progress in
      progress(0.5)
      while !isFree.load(ordering: .relaxed) { usleep(1000) }
      order.withLock { $0.append("a") }
      return []
    }
    try queue.add("b") { _, _ in
      order.withLock { $0.append("b") }
      return ["b.mid: expected a score"]
    }
    try await wait { queue.state(of: "a")?.phase == .separating }
    #expect(queue.state(of: "a")?.fraction == 0.5)
    #expect(queue.state(of: "b")?.phase == .waiting && queue.isBusy("b"))
    #expect(throws: (any Error).self) { try queue.add("b") { _, _ in [] } }
    isFree.store(true, ordering: .relaxed)
    try await wait { queue.state(of: "b")?.phase == .failed }
    #expect(order.withLock { $0 } == ["a", "b"])
    #expect(queue.state(of: "a") == nil, "what is done is no job any more")
    #expect(queue.state(of: "b")?.problem == ["b.mid: expected a score"] && !queue.isBusy("b"))
    queue.cancel("b")
    #expect(queue.state(of: "b") == nil)
    queue.stop()
  }

  /// A project whose name another one has now is none of its successor's business.
  @Test func predecessorsAreForgotten() async throws {
    let queue = JobQueue()
    let wasCancelled = Atomic(false)
    try queue.add("a") { isCancelled, _ in
      while !isCancelled() { usleep(1000) }
      wasCancelled.store(true, ordering: .relaxed)
      return ["it is gone"]
    }
    try await wait { queue.state(of: "a")?.phase == .placing }
    queue.forget("a")
    #expect(queue.state(of: "a") == nil && !queue.isBusy)
    try queue.add("a") { _, _ in ["the other"] }
    try await wait { queue.state(of: "a")?.phase == .failed }
    #expect(queue.state(of: "a")?.problem == ["the other"])
    queue.stop()
    let hasEnded = wasCancelled.load(ordering: .relaxed)
    #expect(hasEnded)
  }

  @Test func bothCanBeCalledOff() async throws {
    let queue = JobQueue()
    let hasRun = Atomic(false)
    try queue.add("a") { isCancelled, progress in
      progress(0.1)
      while !isCancelled() { usleep(1000) }
      return []
    }
    try queue.add("b") { _, _ in
      hasRun.store(true, ordering: .relaxed)
      return []
    }
    try await wait { queue.state(of: "a")?.phase == .separating }
    queue.cancel("b")
    #expect(queue.state(of: "b") == nil)
    queue.cancel("a")
    try await wait { queue.state(of: "a") == nil }
    queue.stop()
    let ran = hasRun.load(ordering: .relaxed)
    #expect(!ran)
  }
}
