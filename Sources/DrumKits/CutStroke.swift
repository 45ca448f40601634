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
  public internal(set) var share = 0.0
  /// The same by ``brightEnergy(_:)``: how clean it is.
  public internal(set) var purity = 0.0

  /// What is heard at an end, in seconds: half a period of 50 Hz.
  private static let stretchSeconds = 0.01
  /// How long before the next stroke its sound may begin in a stem, in seconds.
  private static let echoSeconds = 0.05
  /// How much louder its end may be than what was before, in power: 6 dB.
  private static let mostGrowth = 4.0

  /// Ends where it is quietest, if it is louder again shortly before its end: that is the next stroke, or what a
  /// separation smears before it.
  ///
  /// - Complexity: O(samples of 50 ms).
  func endingQuietly(in stem: [[Float]], sampleRate: Double) -> CutStroke {
    let stretch = Int(Self.stretchSeconds * sampleRate)
    let earliest = max(
      rise + Int(StrokeCutter.levelSeconds * sampleRate),
      extent.upperBound - Int(Self.echoSeconds * sampleRate))
    func energy(before end: Int) -> Double {
      stem.reduce(0) { sum, channel in
        channel[end - stretch..<end].reduce(sum) { $0 + Double($1) * Double($1) }
      }
    }
    let ends = stride(
      from: extent.upperBound, through: earliest + stretch, by: -max(1, stretch / 4))
    let energies = ends.map { (end: $0, energy: energy(before: $0)) }
    guard let last = energies.first, let quietest = energies.min(by: { $0.energy < $1.energy }),
      last.energy > Self.mostGrowth * quietest.energy
    else { return self }
    var result = self
    result.extent = extent.lowerBound..<quietest.end
    return result
  }

  /// Samples after its onset in the score.
  func delay(sampleRate: Double) -> Double { Double(rise) - note.onsetSeconds * sampleRate }
}
