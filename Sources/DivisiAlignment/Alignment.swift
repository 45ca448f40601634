import DivisiScore

/// A note of the score where the recording has it.
public struct AlignedNote: Sendable, Equatable {
  /// Which of the notes that were given.
  public var index: Int
  /// When it is struck, in seconds of the recording.
  public var onsetSeconds: Double
  /// When its key is released, in seconds of the recording.
  public var releaseSeconds: Double
  /// When its string is damped, in seconds of the recording.
  public var dampedSeconds: Double

  /// - Parameters:
  ///   - index: of the note that was given.
  ///   - onsetSeconds: in the recording.
  ///   - releaseSeconds: not before the onset.
  ///   - dampedSeconds: not before the release.
  public init(
    index: Int, onsetSeconds: Double, releaseSeconds: Double, dampedSeconds: Double
  ) {
    self.index = index
    self.onsetSeconds = onsetSeconds
    self.releaseSeconds = releaseSeconds
    self.dampedSeconds = dampedSeconds
  }
}

/// A score on the time of a recording, and how well the two agree.
public struct Alignment: Sendable {
  /// The notes that the recording has, by onset. One that is repeated is there as often as it is played; one that
  /// the recording leaves out is not there.
  public var notes: [AlignedNote]
  /// From the score to the recording.
  public var map: TimeMap
  /// The tuning of the recording against A4 = 440 Hz, from −50 to 50.
  public var tuningCents: Double
  /// Semitones by which the recording sounds higher than the score is written.
  public var transposition: Int
  /// How well the score explains the recording.
  public var verdict: Verdict

  /// The notes at the times of the recording, at the pitches of the score.
  ///
  /// - Parameter score: the notes that were aligned, in the same order.
  /// - Returns: the notes that the recording has, by onset.
  func notes(of score: [Note]) -> [Note] {
    notes.map { aligned in
      var note = score[aligned.index]
      note.onsetSeconds = aligned.onsetSeconds
      note.releaseSeconds = aligned.releaseSeconds
      note.dampedSeconds = aligned.dampedSeconds
      note.printedOnsetSeconds = nil
      return note
    }
  }
}
