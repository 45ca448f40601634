import DivisiDSP

/// The stretch before a main note in which its grace notes lie.
enum GraceStrip {
  /// How long before its main note each grace note may lie, in seconds; two twice as long.
  static let secondsEach = 0.35
  /// How far apart they are struck, in seconds.
  private static let apartSeconds = 0.03
  /// How much farther from its estimate than its event a main note may be found, in seconds.
  private static let mainReachSeconds = 0.2
  private static let lengthSeconds = 0.1

  /// For each grace note empty values from where it may lie, wherever its main note will be found.
  ///
  /// - Parameter reach: how far from its estimate an event may be found, in seconds.
  static func all(
    _ graces: [GraceEstimate], notes: [NoteEstimate], reach: Double, grid: TimeGrid
  ) -> [(first: Int, values: [Float])] {
    let counts = Dictionary(grouping: graces, by: \.main).mapValues(\.count)
    return graces.map { grace in
      let count = counts[grace.main, default: 1]
      let main = notes[grace.main].estimate
      let reach = reach + mainReachSeconds
      let first = grid.frame(atSeconds: main - reach - secondsEach * Double(count))
      let last = grid.frame(atSeconds: main + reach)
      return (first, [Float](repeating: 0, count: last - first + 1))
    }
  }

  /// The most grace notes whose order is searched.
  private static let mostUnordered = 5
  private static let never = -1e9

  /// When the grace notes of a main note are struck.
  ///
  /// A dynamic programme over sets of notes that have been struck, and places of the last of them: the sum of their
  /// evidence, less what it costs to lie far before the main note, as large as it can be.
  ///
  /// - Parameters:
  ///   - strips: the evidence of each.
  ///   - isOrdered: whether they are struck in this order; otherwise, if they are few, in any.
  ///   - mainOnset: in seconds of the recording.
  ///   - delay: of the evidence, in seconds.
  /// - Returns: for each strip.
  /// - Complexity: O(n · places) in order, O(2ⁿ · n · places) in any.
  static func times(
    _ strips: [(first: Int, values: [Float])], isOrdered: Bool, mainOnset: Double, delay: Double,
    grid: TimeGrid
  ) -> [NoteTimes] {
    let rate = grid.frameRate
    let count = strips.count
    let width = Int(secondsEach * Double(count) * rate) + 1
    let start = Int(mainOnset * rate) - width
    let gap = Int(apartSeconds * rate)
    let isFree = !isOrdered && count <= mostUnordered
    let gains = strips.map { strip in
      (0..<width).map { place -> Double in
        // The main note itself is none.
        guard place + gap <= width else { return never }
        let index = start + place - strip.first
        let rise = strip.values.indices.contains(index) ? Double(strip.values[index]) : 0
        return rise - Double(width - place) / rate / Double(count)
      }
    }
    // Sets as bits; in order they are the first notes.
    let sets = isFree ? Array(1..<1 << count) : (1...max(1, count)).map { (1 << $0) - 1 }
    var reached: [Int: [Double]] = [:]
    var origins: [Int: [(last: Int, before: Int)]] = [:]
    for set in sets {
      var best = [Double](repeating: -.infinity, count: width)
      var origin = [(last: Int, before: Int)](repeating: (0, 0), count: width)
      for last in 0..<count where set & 1 << last != 0 {
        let rest = set & ~(1 << last)
        guard rest == 0 || reached[rest] != nil else { continue }
        let before = reached[rest]
        var top = 0
        for place in 0..<width {
          var value = gains[last][place]
          if let before {
            if place >= gap, before[place - gap] > before[top] { top = place - gap }
            value = place >= gap ? value + before[top] : never
          }
          if value > best[place] {
            best[place] = value
            origin[place] = (last, top)
          }
        }
      }
      reached[set] = best
      origins[set] = origin
    }
    var set = sets.last ?? 0
    var place =
      reached[set].flatMap { values in values.indices.max { values[$0] < values[$1] } } ?? 0
    var result = [NoteTimes](repeating: NoteTimes(onset: 0, end: 0), count: count)
    while set != 0, let (last, before) = origins[set]?[place] {
      let onset = Double(start + place) / rate - delay
      result[last] = NoteTimes(onset: onset, end: onset + lengthSeconds)
      set &= ~(1 << last)
      place = before
    }
    return result
  }
}
