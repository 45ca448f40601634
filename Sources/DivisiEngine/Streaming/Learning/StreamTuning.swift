// Thread: worker

import DivisiDSP

/// Finds how a stream is tuned, from its first notes.
struct StreamTuning {
  /// Against A4 = 440 Hz, in cents.
  private(set) var cents = 0.0

  /// Seconds of notes observed so far, each once.
  private var observedSeconds = 0.0
  /// The end of the windows observed so far, in seconds of the stream.
  private var endSeconds = -Double.infinity

  /// After this many seconds of notes the tuning is taken to be known.
  private static let enoughSeconds = 20.0

  /// Observes a window, unless enough was observed.
  ///
  /// - Parameter constraints: the window's notes, in seconds from its first frame.
  mutating func observe(
    _ V: Spectrogram, constraints: PitchConstraints, firstFrame: Int, grid: TimeGrid
  ) {
    guard observedSeconds < Self.enoughSeconds else { return }
    cents = Tuning.cents(of: V, constraints: constraints, grid: grid)
    let start = Double(firstFrame) / grid.frameRate
    let end = start + Double(V.frameCount) / grid.frameRate
    // In an order that is always the same: it decides the sum's last bits.
    for strike in constraints.sounds.compactMap({ constraints.strikes[$0] }).joined() {
      let lower = max(strike.note.onsetSeconds + start, endSeconds)
      let upper = min(strike.note.dampedSeconds + start, end)
      observedSeconds += max(0, upper - lower)
    }
    endSeconds = max(endSeconds, end)
  }
}
