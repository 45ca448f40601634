import Testing

@testable import DivisiHost

@Suite struct FairQueueTests {
  /// A queue whose changes can be expected.
  private final class Queue {
    private var queue: FairQueue<String, Int>
    var isEmpty: Bool { queue.isEmpty }

    init(capacity: Int, mostSenders: Int) {
      queue = FairQueue(capacity: capacity, mostSenders: mostSenders)
    }

    func add(_ task: Int, from sender: String, cost: Int, key: String? = nil) -> Bool {
      queue.add(task, from: sender, cost: cost, key: key)
    }

    func remove(_ sender: String) { queue.remove(sender) }

    /// The names of who has a turn, with the tasks.
    func takeTurn() -> [String] { queue.takeTurn().map { "\($0.sender)\($0.task)" } }
  }

  @Test func sendersTakeTurns() {
    let queue = Queue(capacity: 10, mostSenders: 10)
    for task in 1...3 {
      for sender in ["a", "b", "c", "d", "e"] {
        #expect(queue.add(task, from: sender, cost: Work.state))
      }
    }
    // Each has a share of the turn, and who was left out is the first of the next.
    #expect(queue.takeTurn() == ["a1", "b1", "c1", "d1"])
    #expect(queue.takeTurn() == ["e1", "a2", "b2", "c2"])
    #expect(queue.takeTurn() == ["d2", "e2", "a3", "b3"])
    #expect(queue.takeTurn() == ["c3", "d3", "e3"])
    #expect(queue.isEmpty)
    #expect(queue.takeTurn().isEmpty)
  }

  @Test func aShareIsWork() {
    let queue = Queue(capacity: 1000, mostSenders: 2)
    for task in 0..<200 { #expect(queue.add(task, from: "a", cost: Work.control)) }
    #expect(queue.add(0, from: "b", cost: 10 * Work.state))
    #expect(queue.add(1, from: "b", cost: Work.control))
    #expect(queue.takeTurn().count { $0.hasPrefix("a") } == Work.perSender)
    #expect(queue.takeTurn().last == "b1")
  }

  @Test func theLastWishForAControlCounts() {
    let queue = Queue(capacity: 3, mostSenders: 1)
    for task in 0..<1000 {
      #expect(queue.add(task, from: "a", cost: 1, key: task % 2 == 0 ? "gain" : "pan"))
    }
    #expect(queue.takeTurn() == ["a998", "a999"])
    // What comes between keeps its place among them.
    for (task, key) in [(1, "gain"), (2, nil), (3, "gain"), (4, "gain")] {
      #expect(queue.add(task, from: "a", cost: 1, key: key))
    }
    #expect(queue.takeTurn() == ["a1", "a2", "a4"])
  }

  @Test func tooMuchIsRefusedToWhoWantsIt() {
    let queue = Queue(capacity: 2, mostSenders: 2)
    #expect(queue.add(1, from: "a", cost: 1) && queue.add(2, from: "a", cost: 1))
    #expect(!queue.add(3, from: "a", cost: 1))
    #expect(queue.add(1, from: "b", cost: 1))
    #expect(!queue.add(1, from: "c", cost: 1))
    queue.remove("a")
    #expect(queue.add(1, from: "c", cost: 1))
    #expect(queue.takeTurn() == ["b1", "c1"])
  }
}
