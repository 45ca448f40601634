// Thread: audio, and another state on the worker

/// What has been said to a stream about its notes so far: where they come from, where the score was when,
/// and what arrived by MIDI.
///
/// The audio thread has one and the worker another, and both apply the same ``StreamEvent``s. Memory is
/// allocated once.
struct NoteState: ~Copyable {
  /// Positions of the score that are kept. A transport at another speed jumps every other frame, of 12 ms
  /// at least, and a window reaches back 64 s at most: 30 s of history, four delays of 8 s, an interval.
  static var segmentCapacity: Int {
    @_noLocks get { 4096 }
  }

  /// Events applied since the stream began.
  private(set) var eventCount = 0
  /// The raw value of a ``NoteSource``.
  private(set) var source: UInt8 = 0
  /// Stretches of even movement ever begun; stretch n is at n modulo ``segmentCapacity``.
  private(set) var segmentCount = 0
  private(set) var log: NoteLog
  private let segments: UnsafeMutablePointer<ScoreSegment>

  init(layout: StreamLayout) {
    log = NoteLog(layout: layout)
    segments = .allocate(capacity: Self.segmentCapacity)
    segments.initialize(repeating: ScoreSegment(), count: Self.segmentCapacity)
  }

  deinit { segments.deallocate() }

  /// The oldest stretch that is still there.
  var firstSegment: Int {
    @_noLocks get { max(0, segmentCount &- Self.segmentCapacity) }
  }

  /// A stretch by its place among all that were ever begun.
  @_noLocks
  func segment(_ index: Int) -> ScoreSegment { segments[index & (Self.segmentCapacity &- 1)] }

  /// The stretch that a sample lies in, or the oldest that is still there.
  ///
  /// - Complexity: O(log n).
  @_noLocks
  func segmentIndex(atSample sample: Int) -> Int {
    var low = firstSegment
    var high = segmentCount &- 1
    while low < high {
      let middle = (low &+ high &+ 1) / 2
      if segment(middle).sample > sample { high = middle &- 1 } else { low = middle }
    }
    return low
  }

  /// Whether a position at a sample would take the place of the last one: of several, the last one holds.
  @_noLocks
  func replacesSegment(at sample: Int) -> Bool {
    segmentCount > 0 && segment(segmentCount &- 1).sample == sample
  }

  @_noLocks
  mutating func apply(_ event: StreamEvent, sampleRate: Double) {
    eventCount &+= 1
    switch event.kind {
    case .locate:
      if replacesSegment(at: event.sample) { segmentCount &-= 1 }
      segments[segmentCount & (Self.segmentCapacity &- 1)] = ScoreSegment(
        sample: event.sample, seconds: event.seconds, isRolling: event.isRolling)
      segmentCount &+= 1
    case .source: source = event.pitch
    default: log.apply(event, sampleRate: sampleRate)
    }
  }

  /// Becomes the same as another state of the same layout.
  ///
  /// - Complexity: 0.2 MB are copied at most.
  @_noLocks
  mutating func copy(from other: borrowing NoteState) {
    eventCount = other.eventCount
    source = other.source
    segmentCount = other.segmentCount
    UnsafeMutableRawPointer(segments).copyMemory(
      from: UnsafeRawPointer(other.segments),
      byteCount: min(segmentCount, Self.segmentCapacity) &* MemoryLayout<ScoreSegment>.stride)
    log.copy(from: other.log)
  }
}
