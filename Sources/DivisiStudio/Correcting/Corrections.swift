import DivisiCommandLine
import DivisiScore

/// What somebody has corrected in the score of a take.
struct Corrections: Codable, Sendable {
  /// A note of the take's score: a part by its place, and a note of it by its own.
  struct NotePlace: Codable, Sendable, Hashable {
    let part: Int
    let index: Int
  }

  /// A note that another part plays.
  struct Move: Codable, Sendable {
    let part: Int
    let index: Int
    let to: Int
  }

  /// A note that the score lacks; times in seconds of the recording.
  struct Addition: Codable, Sendable {
    let part: Int
    let start: Double, end: Double
    let pitch: Int
    let velocity: Int
  }

  /// A bar line, where the take's score has it and where it is heard, in seconds.
  struct Anchor: Codable, Sendable {
    let from: Double, to: Double
  }

  var moves: [Move] = []
  var deletions: [NotePlace] = []
  var additions: [Addition] = []
  var anchors: [Anchor] = []

  var isEmpty: Bool {
    moves.isEmpty && deletions.isEmpty && additions.isEmpty && anchors.isEmpty
  }

  /// What is wrong with them for a score of some parts, in a line; nil for nothing.
  func problem(for score: PlacedScore) -> String? {
    let counts = score.parts.map(\.notes.count)
    func has(_ part: Int, _ index: Int) -> Bool {
      counts.indices.contains(part) && (0..<counts[part]).contains(index)
    }
    guard moves.allSatisfy({ has($0.part, $0.index) && counts.indices.contains($0.to) }),
      deletions.allSatisfy({ has($0.part, $0.index) })
    else { return "expected notes and parts of this score" }
    let times = 0.0...360_000
    guard
      additions.allSatisfy({
        counts.indices.contains($0.part) && (0...127).contains($0.pitch)
          && (1...127).contains($0.velocity) && times.contains($0.start)
          && times.contains($0.end) && $0.end > $0.start
      })
    else {
      return "expected new notes with a pitch, within the recording, that end after they begin"
    }
    let sorted = anchors.sorted { $0.from < $1.from }
    guard sorted.allSatisfy({ times.contains($0.from) && times.contains($0.to) }),
      zip(sorted, sorted.dropFirst()).allSatisfy({ $0.from < $1.from && $0.to < $1.to })
    else { return "expected bars that begin in their order" }
    return nil
  }
}
