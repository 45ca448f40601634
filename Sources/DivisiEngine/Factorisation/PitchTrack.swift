public import DivisiDSP
public import DivisiScore

/// How the pitch of one note moves.
public struct PitchTrack: Sendable {
  /// The note.
  public let note: Note
  /// Its part, by its index.
  public let part: Int
  /// The first frame in which it may sound.
  public let firstFrame: Int
  /// Its frequency in each frame from there on, in hertz.
  public let hertz: [Double]

  /// The frames from its onset to its release, as the score has them.
  public func frames(of grid: TimeGrid) -> Range<Int> {
    let frames = grid.frames(
      fromSeconds: note.onsetSeconds, toSeconds: note.releaseSeconds,
      frameCount: firstFrame + hertz.count)
    return frames.clamped(to: firstFrame..<firstFrame + hertz.count)
  }
}
