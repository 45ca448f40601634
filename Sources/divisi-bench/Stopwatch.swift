import Glibc

/// Measures processor time.
enum Stopwatch {
  /// The median time of some runs, after one that does not count, in milliseconds.
  static func milliseconds(runs: Int, _ body: () -> Void) -> Double {
    body()
    let times = (0..<runs).map { _ in
      let start = processorTime()
      body()
      return processorTime() - start
    }
    return times.sorted()[runs / 2] * 1000
  }

  /// Of all threads of this process, in seconds.
  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
