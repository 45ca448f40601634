import DivisiRealtime
import Testing

struct MessageRingTests {
  /// Messages of any length, told apart by their bytes.
  private func bytes(_ number: Int, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: 7 * number + $0) }
  }

  private func write(_ number: Int, count: Int, to ring: MessageRing.View) -> Bool {
    bytes(number, count: count).withUnsafeBytes {
      ring.write(UInt32(number % 5), number: number, $0.baseAddress, count: count)
    }
  }

  /// Whether the oldest message is the one with a number.
  private func isFirst(_ number: Int, count: Int, in ring: MessageRing.View) -> Bool {
    guard let found = ring.first else { return false }
    return found.kind == UInt32(number % 5) && found.number == number && found.count == count
      && Int(bitPattern: found.bytes) % 16 == 0
      && Array(UnsafeRawBufferPointer(start: found.bytes, count: count))
        == bytes(number, count: count)
  }

  @Test func messagesComeOutWholeWhereverTheyLie() {
    let ring = MessageRing(capacity: 256)
    for number in 0..<1000 {
      let count = number * 37 % 200
      #expect(write(number, count: count, to: ring.view))
      #expect(isFirst(number, count: count, in: ring.view))
      #expect(isFirst(number, count: count, in: ring.view), "it stays until it is removed")
      ring.view.removeFirst()
      #expect(ring.view.first == nil)
    }
  }

  @Test func aFullRingTakesNothingAndRecovers() {
    let ring = MessageRing(capacity: 128)
    #expect(!write(0, count: 113, to: ring.view), "longer than the ring")
    #expect(!ring.view.hasRoom(forCount: .max))
    #expect(write(1, count: 40, to: ring.view))
    #expect(write(2, count: 40, to: ring.view), "two of 16 and 48 bytes are all of it")
    #expect(!ring.view.hasRoom(forCount: 0))
    #expect(!write(3, count: 0, to: ring.view))
    #expect(isFirst(1, count: 40, in: ring.view))
    ring.view.removeFirst()
    #expect(ring.view.hasRoom(forCount: 48))
    #expect(!ring.view.hasRoom(forCount: 49))
    #expect(write(4, count: 48, to: ring.view))
    for (number, count) in [(2, 40), (4, 48)] {
      #expect(isFirst(number, count: count, in: ring.view))
      ring.view.removeFirst()
    }
    #expect(ring.view.first == nil)
  }

  @Test func nothingIsLostBetweenThreads() async {
    let ring = MessageRing(capacity: 1 << 10)
    let total = 4000
    let writer = Task.detached {
      var next = 0
      while next < total {
        if write(next, count: next * 31 % 300, to: ring.view) {
          next += 1
        } else {
          await Task.yield()
        }
      }
    }
    var expected = 0
    var isWhole = true
    while expected < total {
      if ring.view.first != nil {
        isWhole = isWhole && isFirst(expected, count: expected * 31 % 300, in: ring.view)
        ring.view.removeFirst()
        expected += 1
      } else {
        await Task.yield()
      }
    }
    await writer.value
    #expect(isWhole)
  }
}
