// Thread: worker

import DivisiDSP
import DivisiScore

/// What learners of pitches and of strokes share: a window's notes, and their share of the work.
enum StreamWindow {
  /// The notes that may sound in a window, in seconds from its first frame; parts keep their places.
  ///
  /// - Parameters:
  ///   - parts: notes in seconds of the stream.
  ///   - firstFrame: the window's first frame on the stream's grid.
  ///   - toleranceSeconds: how early a note may begin.
  ///   - lastSound: when a note's sound has died away, in seconds of the stream.
  static func notes(
    of parts: [Part], firstFrame: Int, frameCount: Int, grid: TimeGrid, toleranceSeconds: Double,
    lastSound: (Note) -> Double
  ) -> [Part] {
    let offset = Double(firstFrame) / grid.frameRate
    let end = Double(firstFrame + frameCount) / grid.frameRate
    return parts.map { part in
      var notes: [Note] = []
      for note in part.notes {
        guard note.onsetSeconds - toleranceSeconds < end, lastSound(note) > offset else { continue }
        var moved = note
        moved.onsetSeconds -= offset
        moved.releaseSeconds -= offset
        moved.dampedSeconds -= offset
        notes.append(moved)
      }
      return Part(name: part.name, notes: notes, instrument: part.instrument)
    }
  }

  /// A window's share of the iterations that a whole recording would get, at least 1.
  ///
  /// - Parameter ofThirty: the share of 30 iterations, which the presets ask for.
  static func iterations(_ ofThirty: Int, settings: SeparationSettings) -> Int {
    max(1, (settings.iterations * ofThirty + 15) / 30)
  }
}
