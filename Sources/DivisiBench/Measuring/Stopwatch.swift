import Glibc

/// Measures processor time.
enum Stopwatch {
  /// The median time of some runs, after one that does not count, in milliseconds, and how many
  /// blocks each of them allocates at least.
  static func measure(runs: Int, _ body: () -> Void) -> (milliseconds: Double, allocations: Int) {
    body()
    var times: [Double] = []
    var allocations = Int.max
    for _ in 0..<runs {
      let start = seconds()
      allocations = min(allocations, Allocations.during(body))
      times.append(seconds() - start)
    }
    return (median(of: times) * 1000, allocations)
  }

  /// Of all threads of this process, in seconds.
  static func seconds() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

  /// Of the calling thread, in seconds.
  static func threadSeconds() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

  /// The middle one, or the mean of the two in the middle.
  static func median(of values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
