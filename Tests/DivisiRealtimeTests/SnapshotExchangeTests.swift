import DivisiRealtime
import Synchronization
import Testing

private final class Snapshot: Sendable {
  static let living = Mutex<[Int: Int]>([:])
  let group: Int
  let values: [Int]

  init(_ number: Int, group: Int) {
    self.group = group
    values = Array(repeating: number, count: 16)
    Self.living.withLock { $0[group, default: 0] += 1 }
  }

  deinit { Self.living.withLock { $0[group]! -= 1 } }
}

struct SnapshotExchangeTests {
  private func living(_ group: Int) -> Int { Snapshot.living.withLock { $0[group] ?? 0 } }

  private func current(_ user: SnapshotExchange<Snapshot>.User) -> [Int]? {
    user.current.map { Unmanaged<Snapshot>.fromOpaque($0).takeUnretainedValue().values }
  }

  @Test func theNewestIsAdopted() {
    do {
      let exchange = SnapshotExchange<Snapshot>()
      let user = exchange.user
      #expect(!user.adopt())
      #expect(user.current == nil)
      exchange.publish(Snapshot(1, group: 0))
      exchange.publish(Snapshot(2, group: 0))
      #expect(living(0) == 1, "one that was never adopted is freed by the next")
      #expect(user.adopt())
      #expect(!user.adopt())
      #expect(current(user)?[0] == 2)
      exchange.publish(Snapshot(3, group: 0))
      #expect(current(user)?[0] == 2, "it stays until the next is adopted")
      #expect(user.adopt())
      #expect(living(0) == 2, "the using thread frees nothing")
      exchange.collect()
      #expect(living(0) == 1)
      exchange.publish(Snapshot(4, group: 0))
    }
    #expect(living(0) == 0)
  }

  @Test func aSnapshotIsWholeWhileItIsUsed() async {
    await useWhileMade()
    #expect(living(1) == 0)
  }

  private func useWhileMade() async {
    let exchange = SnapshotExchange<Snapshot>()
    let user = exchange.user
    let maker = Task.detached {
      for number in 1...20_000 { exchange.publish(Snapshot(number, group: 1)) }
    }
    var last = 0
    var isWhole = true
    while last < 20_000 {
      _ = user.adopt()
      if let values = current(user) {
        isWhole = isWhole && values.allSatisfy { $0 == values[0] } && values[0] >= last
        last = values[0]
      } else {
        await Task.yield()
      }
    }
    await maker.value
    #expect(isWhole)
  }
}
