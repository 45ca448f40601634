import DivisiRealtime
import Synchronization
import Testing

struct SPSCRingTests {
  @Test func elementsComeOutInOrder() {
    let ring = SPSCRing(capacity: 3, filledWith: 0)
    defer { ring.deallocate() }
    #expect(ring.read() == nil)
    #expect([1, 2, 3, 4].allSatisfy { ring.write($0) }, "the capacity is rounded up to 4")
    #expect(!ring.write(5), "a full ring takes nothing")
    #expect((0..<4).map { _ in ring.read() } == [1, 2, 3, 4])
    #expect(ring.read() == nil)
  }

  @Test func nothingIsLostBetweenThreads() async {
    let ring = SPSCRing(capacity: 64, filledWith: 0)
    let count = 100_000
    let writer = Task.detached {
      var next = 0
      while next < count {
        if ring.write(next) { next += 1 } else { await Task.yield() }
      }
    }
    var expected = 0
    var isInOrder = true
    while expected < count {
      if let value = ring.read() {
        isInOrder = isInOrder && value == expected
        expected += 1
      } else {
        await Task.yield()
      }
    }
    await writer.value
    #expect(isInOrder)
    ring.deallocate()
  }
}
