/// What one benchmark found.
struct Measurement {
  /// Processor time of one iteration.
  let milliseconds: Double
  /// Blocks of memory that an iteration asks for.
  let allocations: Int
  /// The same work with dense loops; nil if that was not wanted.
  let naiveMilliseconds: Double?
  /// Multiplications of one iteration in millions, zeros left out; nil where nobody has counted.
  let multiplications: Double?
  /// The same without leaving out zeros.
  let denseMultiplications: Double?

  init(
    _ found: (milliseconds: Double, allocations: Int), naiveMilliseconds: Double?,
    multiplications: Double? = nil, denseMultiplications: Double? = nil
  ) {
    milliseconds = found.milliseconds
    allocations = found.allocations
    self.naiveMilliseconds = naiveMilliseconds
    self.multiplications = multiplications
    self.denseMultiplications = denseMultiplications
  }
}

/// Something to be timed.
struct Benchmark: Sendable {
  /// What it is called on the command line.
  let name: String
  /// Times it, and its naive counterpart as many times as is said, perhaps never.
  let measure: @Sendable (_ naiveRuns: Int) -> Measurement

  /// How many times each is run.
  static let runs = 25

  /// The time of a naive counterpart; nil for no run of it.
  static func naiveMilliseconds(_ runs: Int, _ body: () -> Void) -> Double? {
    runs > 0 ? Stopwatch.measure(runs: runs, body).milliseconds : nil
  }
}
