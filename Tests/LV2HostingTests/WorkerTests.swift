import CLilv
import Foundation
import Synchronization
import Testing

@testable import LV2Hosting

/// What a plugin schedules from two threads at once, `run` and a `restore` that does not stop it.
@Suite struct WorkerTests {
  private static let count: UInt32 = 20_000

  /// Sums of what was worked on, by thread; the upper bit of a number says which.
  private final class Sums {
    let ofRun = Atomic<UInt64>(0), ofRestore = Atomic<UInt64>(0)
  }

  /// Requests the numbers from 1, each with a mark.
  private static func request(by schedule: LV2_Worker_Schedule, mark: UInt32) {
    for index in 1...count {
      var number = index | mark
      while schedule.schedule_work(schedule.handle, 4, &number) != LV2_WORKER_SUCCESS {
        usleep(50)
      }
    }
  }

  @Test func nothingIsLostBetweenRunAndRestore() throws {
    let sums = Sums()
    let worker = Worker(.asynchronous, timeout: 10_000)
    var interface = LV2_Worker_Interface()
    interface.work = { handle, _, _, size, data in
      guard let handle, let data, size == 4 else { return LV2_WORKER_ERR_UNKNOWN }
      let number = data.loadUnaligned(as: UInt32.self)
      Unmanaged<Sums>.fromOpaque(handle)._withUnsafeGuaranteedRef { sums in
        let value = UInt64(number & 0x7FFF_FFFF)
        if number >> 31 == 0 {
          sums.ofRun.add(value, ordering: .relaxed)
        } else {
          sums.ofRestore.add(value, ordering: .relaxed)
        }
      }
      return LV2_WORKER_SUCCESS
    }
    withUnsafePointer(to: &interface) { interface in
      worker.start(Unmanaged.passUnretained(sums).toOpaque(), interface)
      nonisolated(unsafe) let scheduleInRestore = worker.scheduleInRestore.pointee
      let restored = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        Self.request(by: scheduleInRestore, mark: 1 << 31)
        restored.signal()
      }
      Self.request(by: worker.schedule.pointee, mark: 0)
      restored.wait()
      worker.join(unless: { false })
      #expect(worker.stop())
    }
    let sum = UInt64(Self.count) * UInt64(Self.count + 1) / 2
    #expect(sums.ofRun.load(ordering: .relaxed) == sum)
    #expect(sums.ofRestore.load(ordering: .relaxed) == sum)
  }
}
