import DivisiDSP
internal import Glibc

/// Which frames of a source may answer a frame of the target: those that sound like the pitches of its score.
///
/// The source has no score, so its magnitudes decide: how much of a frame's lies at partials of the pitches. The best quarter
/// may answer; where no pitch sounds, all may.
public struct MosaicGuide: Sendable {
  /// A pitch that sounds in the target.
  public struct Tone: Sendable {
    /// MIDI number, 69 for 440 Hz.
    public let pitch: Int
    /// When it sounds.
    public let seconds: ClosedRange<Double>

    /// - Parameter seconds: from its onset until it is damped.
    public init(pitch: Int, seconds: ClosedRange<Double>) {
      self.pitch = pitch
      self.seconds = seconds
    }
  }

  /// By frame of the target, as far as pitches sound: which frames of the source may answer.
  private let sets: [[Bool]]
  private let choices: [Int?]

  /// Of the source's frames so many may answer: one in four. With one in two, mosaics are hardly more in tune, and with one
  /// in eight they lose more likeness than they gain.
  private static let share = 4
  /// Partials that tell a pitch from others.
  private static let partialCount = 8
  /// How far a partial may be from its place, as a ratio: half a semitone.
  private static let tolerance = 0.0293

  /// - Parameters:
  ///   - tones: in any order.
  ///   - frameCount: of the target.
  /// - Complexity: O(S · partials) for each set of pitches that sound at once.
  public init(_ tones: [Tone], source: MosaicSource, frameCount: Int) {
    var sounding = [Set<Int>](repeating: [], count: frameCount)
    for tone in tones where (0...127).contains(tone.pitch) {
      let first = max(0, source.grid.frame(atSeconds: tone.seconds.lowerBound))
      let last = min(frameCount - 1, source.grid.frame(atSeconds: tone.seconds.upperBound))
      for frame in first..<max(first, last + 1) { sounding[frame].insert(tone.pitch) }
    }
    var numbers: [Set<Int>: Int] = [:]
    var sets: [[Bool]] = []
    choices = sounding.map { pitches in
      guard !pitches.isEmpty else { return nil }
      if let number = numbers[pitches] { return number }
      numbers[pitches] = sets.count
      sets.append(Self.best(of: source, for: pitches))
      return sets.count - 1
    }
    self.sets = sets
  }

  /// By frame of the source whether it may answer in a frame of the target; nil where all may.
  func mayAnswer(inFrame frame: Int) -> [Bool]? {
    choices.indices.contains(frame) ? choices[frame].map { sets[$0] } : nil
  }

  private static func best(of source: MosaicSource, for pitches: Set<Int>) -> [Bool] {
    let bins = bins(of: pitches, source.grid)
    let templates = source.templates
    var saliences = (0..<templates.count).map { frame in
      let column = templates.values.column(frame)
      return bins.reduce(Float(0)) { $0 + column[$1] }
    }
    for frame in saliences.indices where templates.sums[frame] == 0 { saliences[frame] = -1 }
    let ranked = saliences.filter { $0 >= 0 }.sorted(by: >)
    guard !ranked.isEmpty else { return saliences.map { _ in true } }
    let least = ranked[(ranked.count + share - 1) / share - 1]
    return saliences.map { $0 >= least }
  }

  /// The bins in which the partials of pitches may lie.
  private static func bins(of pitches: Set<Int>, _ grid: TimeGrid) -> [Int] {
    var isPartial = [Bool](repeating: false, count: grid.binCount)
    for pitch in pitches {
      for partial in 1...partialCount {
        let hertz = 440 * exp2(Double(pitch - 69) / 12) * Double(partial)
        let place = grid.bin(atHertz: hertz)
        let reach = max(1, place * tolerance)
        let first = max(0, Int((place - reach).rounded(.up)))
        let last = min(grid.binCount - 1, Int((place + reach).rounded(.down)))
        for bin in first..<max(first, last + 1) { isPartial[bin] = true }
      }
    }
    return isPartial.indices.filter { isPartial[$0] }
  }
}
