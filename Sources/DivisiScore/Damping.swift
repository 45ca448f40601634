/// When strings stop sounding: the sustain pedal, and keys that are struck again.
struct Damping {
  /// A movement of the sustain pedal.
  struct PedalEvent {
    var seconds: Double
    var isDown: Bool
  }

  /// Moments that differ by less, in seconds, are the same: rounding, and far below a MIDI tick.
  private static let tolerance = 1e-6

  /// From pedal down to pedal up, in order, without overlap.
  private var held: [Int: [(start: Double, end: Double)]] = [:]

  /// Gathers when each instrument's pedal is down.
  ///
  /// - Parameters:
  ///   - pedals: movements per instrument, in order of time.
  ///   - endSeconds: when a pedal that is never lifted lets go.
  init(pedals: [Int: [PedalEvent]], endSeconds: Double) {
    for (instrument, events) in pedals {
      var intervals: [(start: Double, end: Double)] = []
      var start: Double?
      for event in events {
        if event.isDown {
          start = start ?? event.seconds
        } else if let begun = start {
          intervals.append((begun, event.seconds))
          start = nil
        }
      }
      if let begun = start { intervals.append((begun, endSeconds)) }
      held[instrument] = intervals
    }
  }

  /// Whether any pedal is ever pressed.
  var hasPedal: Bool { held.values.contains { !$0.isEmpty } }

  /// When the pedal of each instrument is down.
  var spans: [(instrument: Int, start: Double, end: Double)] {
    held.sorted { $0.key < $1.key }.flatMap { instrument, intervals in
      intervals.map { (instrument, $0.start, $0.end) }
    }
  }

  /// Sets when each note is damped.
  ///
  /// A note released while its instrument's pedal is down sounds until the pedal is lifted. A pedal
  /// that goes down at the very moment of the release does not catch the note. A key that is struck
  /// again ends what still sounds or is still held of the same pitch, as there is one string.
  ///
  /// - Parameters:
  ///   - notes: in any order.
  ///   - instruments: for each note, which instrument it is on.
  func apply(to notes: inout [Note], instruments: [Int]) {
    for i in notes.indices {
      let release = notes[i].releaseSeconds
      notes[i].dampedSeconds = max(release, liftSeconds(of: instruments[i], after: release))
    }
    let order = notes.indices.sorted { notes[$0].onsetSeconds > notes[$1].onsetSeconds }
    var nextStrikes: [Int: (onset: Double, later: Double)] = [:]
    for i in order {
      let key = instruments[i] * 128 + notes[i].pitch
      let onset = notes[i].onsetSeconds
      var next = nextStrikes[key] ?? (.infinity, .infinity)
      if onset < next.onset - Self.tolerance { next = (onset, next.onset) }
      nextStrikes[key] = next
      notes[i].releaseSeconds = min(notes[i].releaseSeconds, next.later)
      notes[i].dampedSeconds = min(notes[i].dampedSeconds, next.later)
    }
  }

  private func liftSeconds(of instrument: Int, after release: Double) -> Double {
    guard let intervals = held[instrument] else { return release }
    var low = 0
    var high = intervals.count
    while low < high {
      let middle = (low + high) / 2
      if intervals[middle].start < release - Self.tolerance {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low == 0 ? release : intervals[low - 1].end
  }
}
