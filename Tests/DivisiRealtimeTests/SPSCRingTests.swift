import DivisiRealtime
import Synchronization
import Testing

struct SPSCRingTests {
  @Test func elementsComeOutInOrder() {
    let ring = SPSCRing(capacity: 3, filledWith: 0)
    #expect(ring.view.read() == nil)
    #expect([1, 2, 3, 4].allSatisfy { ring.view.write($0) }, "the capacity is rounded up to 4")
    #expect(!ring.view.write(5), "a full ring takes nothing")
    #expect((0..<4).map { _ in ring.view.read() } == [1, 2, 3, 4])
    #expect(ring.view.read() == nil)
  }

  @Test func nothingIsLostBetweenThreads() async {
    let ring = SPSCRing(capacity: 64, filledWith: 0)
    let count = 100_000
    let writer = Task.detached {
      var next = 0
      while next < count {
        if ring.view.write(next) { next += 1 } else { await Task.yield() }
      }
    }
    var expected = 0
    var isInOrder = true
    while expected < count {
      if let value = ring.view.read() {
        isInOrder = isInOrder && value == expected
        expected += 1
      } else {
        await Task.yield()
      }
    }
    await writer.value
    #expect(isInOrder)
  }
}
