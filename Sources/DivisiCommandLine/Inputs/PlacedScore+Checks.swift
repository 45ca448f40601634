extension PlacedScore {
  /// In seconds: a hundred hours, as scores may have, before and behind the begin of a recording, and what an alignment adds.
  private static let times = -400_000.0...400_000.0
  private static let channels = 1...16
  private static let mostBars = 100_000
  /// Of each bar.
  private static let beatCounts = 1...1000, units = 1...128
  /// Of all bars.
  private static let mostSeconds = 1_000_000.0

  /// What is in it that no score has, in a line; nil for nothing.
  var problem: String? {
    for part in parts {
      for (index, note) in part.notes.enumerated() where !Self.isPossible(note) {
        return
          "part '\(part.name)', note \(index + 1): expected a pitch, a velocity and times as scores have"
      }
    }
    for (index, pedal) in pedals.enumerated() where !Self.isPossible(pedal) {
      return "pedal \(index + 1): expected a channel and times as scores have"
    }
    guard bars.count <= Self.mostBars else { return "expected at most \(Self.mostBars) bars" }
    var length = 0.0
    for (index, bar) in bars.enumerated() {
      guard Self.isPossible(bar) else {
        return "bar \(index + 1): expected beats, a unit and times as scores have"
      }
      length += zip(bar.beats, bar.beats.dropFirst() + [bar.end]).reduce(0) {
        $0 + max(0, $1.1 - $1.0)
      }
    }
    guard length <= Self.mostSeconds else { return "expected bars as long as a recording" }
    guard path.allSatisfy({ $0.count == 2 && $0.allSatisfy(Self.times.contains) }) else {
      return "expected a path of times in the score and in the recording"
    }
    return nil
  }

  private static func isPossible(_ note: PlayedNote) -> Bool {
    (0...127).contains(note.pitch) && (1...127).contains(note.velocity)
      && note.channel.map(channels.contains) ?? true
      && [note.start, note.release, note.damped].allSatisfy(times.contains)
      && note.start <= note.release
  }

  private static func isPossible(_ pedal: PedalTime) -> Bool {
    times.contains(pedal.start) && times.contains(pedal.end) && pedal.start <= pedal.end
      && pedal.channel.map(channels.contains) ?? true
  }

  private static func isPossible(_ bar: PlayedBar) -> Bool {
    beatCounts.contains(bar.beats.count) && units.contains(bar.unit)
      && (bar.beats + [bar.end]).allSatisfy(times.contains)
  }
}
