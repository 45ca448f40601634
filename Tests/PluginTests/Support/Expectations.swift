import Testing

// Expectations about signals, which say where they fail rather than print a second of samples.

/// Expects two signals to be the same bit by bit.
func expectSame(
  _ one: [[Float]], _ other: [[Float]], _ comment: String = "",
  location: SourceLocation = #_sourceLocation
) {
  let difference = firstDifference(one, other)
  #expect(difference == nil, "\(comment)", sourceLocation: location)
}

/// Expects two signals to differ by less than a bound.
func expectNear(
  _ one: [[Float]], _ other: [[Float]], within bound: Float, _ comment: String = "",
  location: SourceLocation = #_sourceLocation
) {
  let difference = largestDifference(one, other)
  #expect(difference < bound, "\(comment)", sourceLocation: location)
}

/// Expects finite samples below a bound.
func expectFinite(
  _ signal: [[Float]], below bound: Float = .infinity, _ comment: String = "",
  location: SourceLocation = #_sourceLocation
) {
  for (channel, samples) in signal.enumerated() {
    let wrong = samples.firstIndex { !$0.isFinite || abs($0) >= bound }
    #expect(wrong == nil, "channel \(channel) \(comment)", sourceLocation: location)
  }
}

/// Expects that something is heard: a sample beyond a level.
func expectHeard(
  _ samples: [Float], above level: Float = 1e-3, _ comment: String = "",
  location: SourceLocation = #_sourceLocation
) {
  let peak = samples.reduce(0) { max($0, abs($1)) }
  #expect(peak > level, "\(comment)", sourceLocation: location)
}
