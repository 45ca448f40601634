public import DivisiScore

/// A stroke as it sounds in the stem of its part.
public struct CutStroke: Sendable, Equatable {
  /// As the score has it, in seconds of the recording.
  public let note: Note
  /// Which of the parts it is of.
  public let part: Int
  /// The drum, and how it is struck: a General MIDI number, as of `DrumKit.articulation(ofPitch:)`.
  public let articulation: Int
  /// Where its sound rises, in samples of the recording.
  public internal(set) var rise: Int
  /// What belongs to it, in samples of the recording: from 2 ms before its rise to the next stroke of the part.
  public internal(set) var extent: Range<Int>
  /// The energy of its first 50 ms in decibels, that of a full-scale square wave of one second in one channel
  /// being 0.
  public internal(set) var level = -Double.infinity
  /// The share of that energy in what the mixture has there, 0 to 1.
  public internal(set) var purity = 0.0

  /// Samples after its onset in the score.
  func delay(sampleRate: Double) -> Double { Double(rise) - note.onsetSeconds * sampleRate }
}
