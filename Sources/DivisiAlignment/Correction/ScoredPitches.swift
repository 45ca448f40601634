import DivisiScore

/// Where a score lets each pitch sound.
struct ScoredPitches: Sendable {
  /// The keys of a piano, a row each.
  static let pitches = 21...108

  private let frameRate: Double
  private let frameCount: Int
  /// Rows × frames.
  private var isOpen: [Bool]

  /// How long before its onset a note may sound, and how long after its key is released, in seconds.
  private static let (before, after) = (0.05, 1.0)

  /// - Parameter notes: in seconds of the recording, at the pitches that sound there.
  init(_ notes: [Note], frameRate: Double, frameCount: Int) {
    self.frameRate = frameRate
    self.frameCount = frameCount
    isOpen = [Bool](repeating: false, count: Self.pitches.count * frameCount)
    for note in notes { open(note) }
  }

  /// The row of a pitch; nil where no key plays it.
  static func row(ofPitch pitch: Int) -> Int? {
    pitches.contains(pitch) ? pitch - pitches.lowerBound : nil
  }

  /// Lets one more note sound.
  mutating func open(_ note: Note) {
    guard let row = Self.row(ofPitch: note.pitch) else { return }
    func frame(_ seconds: Double) -> Int {
      min(max(0, Int(seconds * frameRate)), frameCount)
    }
    let first = frame(note.onsetSeconds - Self.before)
    for frame in first..<max(first, frame(note.releaseSeconds + Self.after)) {
      isOpen[frame * Self.pitches.count + row] = true
    }
  }

  /// The rows that may sound in a frame.
  func rows(at frame: Int) -> [Int] {
    let first = frame * Self.pitches.count
    return (0..<Self.pitches.count).filter { isOpen[first + $0] }
  }

  /// Whether a row may sound in all of some frames.
  func isOpen(row: Int, in frames: Range<Int>) -> Bool {
    frames.clamped(to: 0..<frameCount).allSatisfy { isOpen[$0 * Self.pitches.count + row] }
  }
}
