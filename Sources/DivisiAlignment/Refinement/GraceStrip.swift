import DivisiDSP

/// The stretch before a main note in which its grace notes lie.
enum GraceStrip {
  /// How long before its main note each grace note may lie, in seconds; two twice as long.
  static let secondsEach = 0.35
  /// How far apart they are struck, in seconds.
  private static let apartSeconds = 0.03
  /// How far from its estimate a main note may be found, in seconds.
  private static let mainReachSeconds = OnsetEvidence.reachSeconds + 0.2
  private static let lengthSeconds = 0.1

  /// For each grace note empty values from where it may lie, wherever its main note will be found.
  static func all(
    _ graces: [GraceEstimate], notes: [NoteEstimate], grid: TimeGrid
  ) -> [(first: Int, values: [Float])] {
    let counts = Dictionary(grouping: graces, by: \.main).mapValues(\.count)
    return graces.map { grace in
      let count = counts[grace.main, default: 1]
      let main = notes[grace.main].estimate
      let first = grid.frame(
        atSeconds: main - mainReachSeconds - secondsEach * Double(count))
      let last = grid.frame(atSeconds: main + mainReachSeconds)
      return (first, [Float](repeating: 0, count: last - first + 1))
    }
  }

  /// When the grace notes of a main note are struck, in their order.
  ///
  /// A dynamic programme: the sum of their evidence, less what it costs to lie far before the main
  /// note, as large as it can be.
  ///
  /// - Parameters:
  ///   - strips: the evidence of each.
  ///   - mainOnset: in seconds of the recording.
  static func times(
    _ strips: [(first: Int, values: [Float])], mainOnset: Double, grid: TimeGrid
  ) -> [NoteTimes] {
    let rate = grid.frameRate
    let count = strips.count
    let width = Int(secondsEach * Double(count) * rate) + 1
    let start = Int(mainOnset * rate) - width
    let gap = Int(apartSeconds * rate)
    var reached: [Double] = []
    var sources: [[Int]] = []
    for strip in strips {
      var values = (0..<width).map { place -> Double in
        let index = start + place - strip.first
        let rise = strip.values.indices.contains(index) ? Double(strip.values[index]) : 0
        return rise - Double(width - place) / rate / Double(count)
      }
      if !reached.isEmpty {
        var best = 0
        var origins = [Int](repeating: 0, count: width)
        for place in 0..<width {
          guard place >= gap else {
            values[place] = -1e9
            continue
          }
          if reached[place - gap] > reached[best] { best = place - gap }
          origins[place] = best
          values[place] += reached[best]
        }
        sources.append(origins)
      }
      reached = values
    }
    var place = reached.indices.max { reached[$0] < reached[$1] } ?? 0
    var result: [NoteTimes] = []
    for index in strips.indices.reversed() {
      let onset = Double(start + place) / rate - NoteOnsets.delaySeconds
      result.append(NoteTimes(onset: onset, end: onset + lengthSeconds))
      if index > 0 { place = sources[index - 1][place] }
    }
    return result.reversed()
  }
}
