internal import DivisiDSP
public import DivisiScore
internal import Glibc

extension Score {
  /// Quarter notes in a minute, on average; nil for a score without bars.
  public var tempo: Double? { BeatMap(bars)?.tempo }

  /// Each note on the nearest of so many places that a whole note is divided into.
  ///
  /// - Returns: nil for a score without bars.
  public func quantised(to division: Int) -> Score? {
    guard let map = BeatMap(bars) else { return nil }
    let step = 4 / Double(division)
    return mapNotes { note in
      let position = map.quarters(atSeconds: note.onsetSeconds)
      return note.moved(to: map.seconds(atQuarters: (position / step).rounded() * step))
    }
  }

  /// Velocities deviate by this share of themselves for each millisecond that onsets deviate by.
  private static let velocityShare = 0.005

  /// Notes that are as early, late, soft or loud as players are: deviations are normally distributed.
  ///
  /// - Parameters:
  ///   - milliseconds: the standard deviation of onsets; that of velocities is half as many per cent.
  ///   - seed: the same gives the same.
  public func humanised(milliseconds: Double, seed: UInt64) -> Score {
    var generator = SeededGenerator(seed: seed)
    func normal() -> Double {
      let radius = (-2 * log(Double(generator.nextUnit()) + 1e-9)).squareRoot()
      return min(radius, 3) * cos(2 * .pi * Double(generator.nextUnit()))
    }
    return mapNotes { note in
      var moved = note.moved(to: max(0, note.onsetSeconds + normal() * milliseconds / 1000))
      let factor = 1 + normal() * Self.velocityShare * milliseconds
      moved.velocity = min(max(Int((Double(note.velocity) * factor).rounded()), 1), 127)
      return moved
    }
  }

  /// The same with other notes.
  func mapNotes(_ transform: (Note) -> Note) -> Score {
    var result = Score(notes: notes.map(transform), trackNames: trackNames, hasPedal: hasPedal)
    result.bars = bars
    result.drumTable = drumTable
    return result
  }
}

extension Note {
  /// The same later or earlier.
  func moved(to seconds: Double) -> Note {
    var note = self
    note.releaseSeconds += seconds - onsetSeconds
    note.dampedSeconds += seconds - onsetSeconds
    note.onsetSeconds = seconds
    return note
  }
}
