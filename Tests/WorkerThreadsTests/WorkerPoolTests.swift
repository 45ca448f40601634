import Synchronization
import Testing
import WorkerThreads

struct WorkerPoolTests {
  /// How often each piece was done. No two threads do the same piece at a time, so nothing guards it, and
  /// the thread sanitizer can tell.
  private final class Tally: @unchecked Sendable {
    private let counts: UnsafeMutableBufferPointer<Int>

    init(_ count: Int) {
      counts = .allocate(capacity: count)
      counts.initialize(repeating: 0)
    }

    deinit { counts.deallocate() }

    func add(_ index: Int) { counts[index] += 1 }
    var all: [Int] { Array(counts) }
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
  @Test(.timeLimit(.minutes(1))) func piecesAreDoneAtTheSameTime() async {
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
    let tallies = (0..<4).map { _ in Tally(64) }
    await withTaskGroup { group in
      for tally in tallies {
        group.addTask { for _ in 0..<200 { pool.run(64, tally.add) } }
      }
    }
    #expect(tallies.allSatisfy { $0.all == Array(repeating: 200, count: 64) })
  }

  /// Helpers that sleep come back, and nothing of the work is kept.
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
