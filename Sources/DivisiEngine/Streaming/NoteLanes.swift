// Thread: audio ⇄ worker

/// A score's notes in lanes, with what it takes to find some of them without passing all the others.
///
///     lane 0 (pitch 0)                            lane 1 (pitch 1)
///     ├── notes, in the order of their onsets ──┤ ├── … ──┤
///
/// A tree above the notes has at each node the latest end of the notes under it (Bentley, "Decomposable
/// searching problems", Inf. Process. Lett. 8, 1979, is the idea): whatever a score holds, nested notes,
/// a million at one onset or one that lasts for hours, the last note that still sounds is found in 2 log₂ n
/// steps. Never changes.
final class NoteLanes: Sendable {
  nonisolated(unsafe) let view: View
  nonisolated(unsafe) private let notes: UnsafeMutableBufferPointer<StreamNote>
  nonisolated(unsafe) private let starts: UnsafeMutableBufferPointer<Int>
  nonisolated(unsafe) private let latestEnds: UnsafeMutableBufferPointer<Double>

  /// - Parameters:
  ///   - sorted: notes in the order of their onsets.
  ///   - laneCount: from 1.
  ///   - lane: where a note goes, below `laneCount`.
  /// - Complexity: O(n).
  init(_ sorted: [StreamNote], laneCount: Int, lane: (StreamNote) -> Int) {
    starts = .allocate(capacity: laneCount + 1)
    starts.initialize(repeating: 0)
    for note in sorted { starts[lane(note) + 1] += 1 }
    for index in 0..<laneCount { starts[index + 1] += starts[index] }
    notes = .allocate(capacity: max(sorted.count, 1))
    notes.initialize(repeating: StreamNote())
    var places = Array(starts.dropLast())
    for note in sorted {
      notes[places[lane(note)]] = note
      places[lane(note)] += 1
    }
    var leafCount = 1
    while leafCount <= sorted.count { leafCount *= 2 }
    latestEnds = .allocate(capacity: leafCount)
    latestEnds.initialize(repeating: -.infinity)
    view = View(
      notes: UnsafePointer(notes.baseAddress!), count: sorted.count,
      starts: UnsafePointer(starts.baseAddress!), laneCount: laneCount,
      latestEnds: UnsafePointer(latestEnds.baseAddress!), leafCount: leafCount)
    for node in stride(from: leafCount - 1, to: 0, by: -1) {
      latestEnds[node] = max(view.latestEnd(2 * node), view.latestEnd(2 * node + 1))
    }
  }

  deinit {
    notes.deallocate()
    starts.deallocate()
    latestEnds.deallocate()
  }
}

extension NoteLanes {
  /// What the threads see, as long as the object lives.
  struct View: BitwiseCopyable {
    /// Lane after lane.
    let notes: UnsafePointer<StreamNote>
    let count: Int
    /// Where each lane starts, and where the last one ends.
    let starts: UnsafePointer<Int>
    let laneCount: Int
    /// The latest end under each inner node; node n is above 2n and 2n + 1, and node 1 is the root.
    fileprivate let latestEnds: UnsafePointer<Double>
    /// Of the tree: a power of two above `count`, so that a place after the last note has a leaf too.
    fileprivate let leafCount: Int

    /// The latest end of the notes under a node, in seconds.
    @_noLocks
    fileprivate func latestEnd(_ node: Int) -> Double {
      if node < leafCount { return latestEnds[node] }
      return node &- leafCount < count ? notes[node &- leafCount].endSeconds : -.infinity
    }

    /// The first note of a lane that begins later than a time.
    ///
    /// - Parameters:
    ///   - first: where to begin: a place in the lane before which all notes begin earlier.
    ///   - end: where the lane ends.
    ///   - toleranceSeconds: how much earlier notes are taken to begin.
    ///   - looks: goes up by the notes that are looked at.
    /// - Complexity: O(log d) if it is d notes away.
    @_noLocks
    func firstNote(
      after seconds: Double, from first: Int, to end: Int, toleranceSeconds: Double,
      looks: inout Int
    ) -> Int {
      var low = first
      var high = first
      var step = 1
      while high < end {
        looks &+= 1
        guard notes[high].onsetSeconds - toleranceSeconds <= seconds else { break }
        low = high &+ 1
        high = min(high &+ step, end)
        step &*= 2
      }
      while low < high {
        let middle = (low &+ high) / 2
        looks &+= 1
        if notes[middle].onsetSeconds - toleranceSeconds <= seconds {
          low = middle &+ 1
        } else {
          high = middle
        }
      }
      return low
    }

    /// The last note before a place that ends after a time.
    ///
    /// - Parameters:
    ///   - end: the place.
    ///   - first: where the search ends.
    ///   - looks: goes up by the notes and nodes that are looked at.
    /// - Returns: −1 if there is none from `first` on.
    /// - Complexity: O(log n).
    @_noLocks
    func lastNote(
      before end: Int, from first: Int, endingAfter seconds: Double, looks: inout Int
    ) -> Int {
      // Upwards from the place: all notes before it are under the left siblings of the way.
      var node = end &+ leafCount
      while node > 1 {
        if node & 1 == 1 {
          looks &+= 1
          if latestEnd(node &- 1) > seconds {
            node &-= 1
            while node < leafCount {
              looks &+= 1
              node = latestEnd(2 &* node &+ 1) > seconds ? 2 &* node &+ 1 : 2 &* node
            }
            return node &- leafCount < first ? -1 : node &- leafCount
          }
        }
        node /= 2
      }
      return -1
    }
  }
}
