import AudioFiles
import DivisiSeparation
import Glibc

/// What became of one recording.
struct SeparationResult {
  /// One file that was written.
  struct Stem {
    let name: String
    /// Nil if it was not written.
    let path: String?
    let noteCount: Int
    let clippedCount: Int
    /// Σ x² over all channels.
    let energy: Double
    /// Root mean square in decibels of full scale; nil for digital silence.
    let level: Double?

    /// - Parameter valueCount: samples of all channels.
    init(
      name: String, path: String?, noteCount: Int, clippedCount: Int, energy: Double,
      valueCount: Int
    ) {
      self.name = name
      self.path = path
      self.noteCount = noteCount
      self.clippedCount = clippedCount
      self.energy = energy
      level = energy > 0 ? 10 * log10(energy / Double(valueCount)) : nil
    }
  }

  let mix: String
  let score: String
  /// How the score got its times; nil where there is none.
  let placement: Placement?
  let preset: String
  let shape: AudioShape
  /// Samples of each channel.
  let sampleCount: Int
  let stems: [Stem]
  /// Parts together, which have no share of the energy.
  var remixes: [Stem] = []
  /// The paths of sessions, and of the score.
  var companions: [String] = []
  let lossBefore: Double?
  let lossAfter: Double?
  let tuningCents: Double?
  /// Components that training by gradients has silenced; nil where none were.
  let deadComponents: Int?
  let seconds: Double
  /// How many channels were scored one by one, and what has to be said of them; nil where nothing was
  /// there to compare with.
  let scoredChannels: Int?
  let scoringRemarks: [String]
  /// By the names of parts; nil where nothing was there to compare with.
  let scores: [String: Scores]?
  /// What the scores are held against; nil where it was not asked for.
  let yardsticks: Yardsticks?

  /// In seconds.
  var duration: Double { Double(sampleCount) / Double(shape.sampleRate) }
  /// The mean of what each part scored; nil where nothing was there to compare with.
  var meanScores: Scores? { scores.map { Scores.mean(of: $0.values) } }
}
