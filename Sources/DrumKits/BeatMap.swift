internal import DivisiScore

/// Musical time of a score with bars: quarter notes from its first beat on, and the place within a bar.
struct BeatMap {
  /// Ascending, with the end of the last bar.
  private var beats: [(seconds: Double, quarters: Double)] = []
  /// Where each bar begins, in quarter notes, ascending.
  private var bars: [Double] = []

  /// - Returns: nil for bars that say nothing of time.
  init?(_ bars: [Bar]) {
    var position = 0.0
    for bar in bars {
      self.bars.append(position)
      for beat in bar.beats {
        if beat > beats.last?.seconds ?? -.infinity { beats.append((beat, position)) }
        position += 4 / Double(bar.beatUnit)
      }
    }
    guard let end = bars.last?.endSeconds, let last = beats.last, end > last.seconds else {
      return nil
    }
    beats.append((end, position))
  }

  /// Quarter notes in a minute, on average.
  var tempo: Double {
    let (first, last) = (beats[0], beats[beats.count - 1])
    return 60 * (last.quarters - first.quarters) / (last.seconds - first.seconds)
  }

  /// Before the first beat and behind the last, as between the nearest two.
  func quarters(atSeconds time: Double) -> Double {
    let index = Self.index(of: time, in: beats.map(\.seconds))
    let (a, b) = (beats[index], beats[index + 1])
    return a.quarters + (time - a.seconds) / (b.seconds - a.seconds) * (b.quarters - a.quarters)
  }

  /// The inverse of ``quarters(atSeconds:)``.
  func seconds(atQuarters position: Double) -> Double {
    let index = Self.index(of: position, in: beats.map(\.quarters))
    let (a, b) = (beats[index], beats[index + 1])
    return a.seconds + (position - a.quarters) / (b.quarters - a.quarters) * (b.seconds - a.seconds)
  }

  /// Quarter notes from the start of the bar that a position lies in.
  func quartersInBar(_ position: Double) -> Double {
    position - (bars.last { $0 <= position + 1e-6 } ?? 0)
  }

  /// The last of some ascending values that a value is not below, but for the last of all.
  private static func index(of value: Double, in values: [Double]) -> Int {
    var (low, high) = (0, values.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if values[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }
}
