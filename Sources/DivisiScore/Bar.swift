/// A bar of a score, in the order of playing.
public struct Bar: Sendable, Equatable {
  /// The number that it has in print; in MIDI, counted from 1.
  public var number: Int
  /// When each of its beats begins, in seconds of the score, ascending; at least one.
  public var beats: [Double]
  /// When it ends, in seconds of the score; later than its last beat begins, unless the tempo is
  /// beyond all measure.
  public var endSeconds: Double
  /// What a beat is: 4 for a quarter note, 8 for an eighth.
  public var beatUnit: Int
  /// What stands over it for people to find it by: a rehearsal mark, or a marker of MIDI; else empty.
  public var mark = ""

  /// Beats shorter than this note are not counted.
  private static let finestUnit = 64

  /// A bar of beats of equal length.
  ///
  /// Where the length is no multiple of the unit, as in an upbeat of an eighth in 4/4, the unit is as
  /// much finer as it takes.
  ///
  /// - Parameters:
  ///   - start: in quarter notes.
  ///   - length: in quarter notes, above zero.
  ///   - beatUnit: as of the time signature.
  init(number: Int, start: Double, length: Double, beatUnit: Int, _ tempoMap: TempoMap) {
    var unit = beatUnit
    func count() -> Double { length * Double(unit) / 4 }
    while abs(count() - count().rounded()) > 0.01 * count(), unit < Self.finestUnit { unit *= 2 }
    let beatCount = max(1, Int(count().rounded()))
    self.number = number
    self.beatUnit = unit
    beats = (0..<beatCount).map {
      tempoMap.seconds(at: start + length * Double($0) / Double(beatCount))
    }
    endSeconds = tempoMap.seconds(at: start + length)
  }

  /// A bar whose beats are known.
  init(number: Int, beats: [Double], endSeconds: Double, beatUnit: Int) {
    self.number = number
    self.beats = beats
    self.endSeconds = endSeconds
    self.beatUnit = beatUnit
  }

  /// The bars of time signatures in quarter notes.
  ///
  /// A signature that does not stand at a bar line ends the bar that it stands in.
  ///
  /// - Parameters:
  ///   - signatures: in any order; before the first one there are four quarter notes.
  ///   - end: of the score, in quarter notes.
  /// - Returns: none for a score that is longer than any music.
  static func all(
    signatures: [(position: Double, beats: Int, unit: Int)], end: Double, _ tempoMap: TempoMap
  ) -> [Bar] {
    guard end <= ScoreLimits.quarterCount else { return [] }
    let changes = signatures.sorted { $0.position < $1.position }
    var next = 0
    var (beats, unit) = (4, 4)
    var result: [Bar] = []
    var start = 0.0
    var beatCount = 0
    while start < end {
      while next < changes.count, changes[next].position <= start + 1e-6 {
        (beats, unit) = (changes[next].beats, changes[next].unit)
        next += 1
      }
      var length = Double(beats) * 4 / Double(unit)
      if next < changes.count { length = min(length, changes[next].position - start) }
      let bar = Bar(
        number: result.count + 1, start: start, length: length, beatUnit: unit, tempoMap)
      beatCount += bar.beats.count
      guard beatCount <= ScoreLimits.eventCount else { return [] }
      result.append(bar)
      start += length
    }
    return result
  }
}

extension [Bar] {
  /// Names the bar at a time, unless it has a name.
  ///
  /// - Complexity: O(log of the number of bars).
  mutating func mark(atSeconds time: Double, with text: String) {
    // Rounding must not move a mark into the bar before.
    let place = time + 1e-6
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].beats[0] <= place { low = middle + 1 } else { high = middle }
    }
    if low > 0, self[low - 1].mark.isEmpty { self[low - 1].mark = text }
  }
}

/// From the moment that a sustain pedal is pressed to the moment that it is lifted.
public struct PedalSpan: Sendable, Equatable {
  /// In seconds of the score.
  public var startSeconds: Double
  /// In seconds of the score, not before the start.
  public var endSeconds: Double
  /// The MIDI channel, from 1; nil where the format has parts instead.
  public var channel: Int?
  /// The part, counted as ``Note/track`` is; nil where the format has channels instead.
  public var track: Int?
}
