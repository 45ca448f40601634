import DivisiRealtime
import Synchronization
import Testing

struct WorkerPoolTests {
  /// Counts how often each piece was done.
  private final class Tally: Sendable {
    private let counts: Mutex<[Int]>
    init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }
    func add(_ index: Int) { counts.withLock { $0[index] += 1 } }
    var all: [Int] { counts.withLock { $0 } }
  }

  @Test(arguments: [0, 1, 3], [0, 1, 2, 7, 100])
  func everyPieceIsDoneOnce(helpers: Int, pieces: Int) {
    let pool = WorkerPool(helperCount: helpers)
    let tally = Tally(pieces)
    for _ in 0..<20 { pool.run(pieces, tally.add) }
    #expect(tally.all == Array(repeating: 20, count: pieces))
  }

  /// Many small pieces of work: helpers join late, or not at all, and never in work that is over.
  @Test func workIsDoneWhenItReturns() {
    let pool = WorkerPool(helperCount: 3)
    var failures = 0
    for round in 0..<20_000 {
      let sum = Atomic(0)
      pool.run(4) { sum.add($0 + round, ordering: .relaxed) }
      if sum.load(ordering: .relaxed) != 6 + 4 * round { failures += 1 }
    }
    #expect(failures == 0)
  }

  /// A piece that waits for another is done beside it.
  @Test func piecesAreDoneAtTheSameTime() {
    let pool = WorkerPool(helperCount: 1)
    let arrived = Atomic(0)
    pool.run(2) { _ in
      arrived.add(1, ordering: .sequentiallyConsistent)
      while arrived.load(ordering: .sequentiallyConsistent) < 2 {}
    }
    #expect(arrived.load(ordering: .sequentiallyConsistent) == 2)
  }

  @Test func workWithinWorkIsDone() {
    let pool = WorkerPool(helperCount: 2)
    let tally = Tally(6 * 5)
    pool.run(6) { outer in pool.run(5) { tally.add(5 * outer + $0) } }
    #expect(tally.all == Array(repeating: 1, count: 30))
  }

  @Test func severalThreadsMayAsk() async {
    let pool = WorkerPool(helperCount: 2)
    let tally = Tally(64)
    await withTaskGroup { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<200 { pool.run(64, tally.add) } }
      }
    }
    #expect(tally.all == Array(repeating: 800, count: 64))
  }

  /// Helpers that sleep come back, and none outlives its pool.
  @Test func sleepersWakeAndLeave() async throws {
    weak var kept: Tally?
    do {
      let pool = WorkerPool(helperCount: 2)
      let tally = Tally(8)
      kept = tally
      for _ in 0..<3 {
        pool.run(8, tally.add)
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(tally.all == Array(repeating: 3, count: 8))
    }
    #expect(kept == nil)
  }
}
