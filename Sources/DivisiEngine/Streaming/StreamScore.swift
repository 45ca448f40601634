// Thread: audio ⇄ worker

/// A score's notes for both ends of a stream, in the orders in which they look for them. It is made once,
/// before either has it, and never changes.
final class StreamScore: Sendable {
  /// All that occur.
  let voicesPlayed: Set<Int>
  /// Of each part.
  let instruments: [Int]
  let hasPedal: Bool
  /// For the audio thread: a lane for each voice, whose last note is what it plays, or one for all strokes.
  nonisolated(unsafe) let voices: NoteLanes.View
  /// For the worker, which plays all notes of a window: one lane.
  private let all: NoteLanes
  /// What ``voices`` points to.
  private let owner: NoteLanes

  /// - Parameters:
  ///   - instruments: of each part.
  ///   - layout: of the stream.
  /// - Complexity: O(n log n).
  init(parts: [[StreamNote]], instruments: [Int], hasPedal: Bool, layout: StreamLayout) {
    self.hasPedal = hasPedal
    self.instruments = instruments
    let notes = parts.flatMap(\.self).sorted {
      ($0.onsetSeconds, $0.pitch, $0.part) < ($1.onsetSeconds, $1.pitch, $1.part)
    }
    voicesPlayed = Set(notes.lazy.map(\.voice))
    all = NoteLanes(notes, laneCount: 1) { _ in 0 }
    owner =
      layout.isPercussive ? all : NoteLanes(notes, laneCount: layout.voiceCount, lane: \.voice)
    voices = owner.view
  }

  /// The notes that may sound in a stretch of the score, in seconds, in the order of their onsets; those
  /// a little outside as well.
  ///
  /// - Complexity: O(log n) for each that is found, since loops may ask for hundreds of stretches.
  func notes(from start: Double, to end: Double) -> [StreamNote] {
    let margin = 1.0
    let view = all.view
    var looks = 0
    let first = view.firstNote(
      after: (start - margin).nextDown, from: 0, to: view.count, toleranceSeconds: 0, looks: &looks)
    var earlier: [StreamNote] = []
    var place = first
    while true {
      place = view.lastNote(before: place, from: 0, endingAfter: start - margin, looks: &looks)
      guard place >= 0 else { break }
      earlier.append(view.notes[place])
    }
    let within = UnsafeBufferPointer(start: view.notes, count: view.count)[first...]
    return earlier.reversed() + within.prefix { $0.onsetSeconds < end + margin }
  }
}
