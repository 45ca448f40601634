import DivisiDSP
internal import Glibc

/// What the notes of an instrument sound like: templates that a fit to its recording has found, and
/// with which fits to other recordings start.
///
/// Values are given by frequency, so that a recording of any sample rate and resolution can start
/// from them.
public struct NoteBank: Sendable, Equatable {
  /// The grid of all templates: that of the `hands` preset.
  static let grid = TimeGrid(sampleRate: 44_100, windowLength: 8192, hopSize: 1024)
  /// Where templates start, of what the settings know: full sound, attack, onset.
  public static let kinds = ["tone", "attack", "onset"]
  /// What a template has at least, against its largest value, wherever its mask is open: another
  /// instrument may have what this one lacks.
  private static let floor: Float = 1e-3

  /// By MIDI pitch: one template per kind, K values each, with a sum of 1.
  public var templates: [Int: [[Float]]]
  /// How the recording was tuned against A4 = 440 Hz, in cents.
  public var tuningCents: Double
  /// Where the sounds come from, and their licences.
  public var origin: String

  /// The start of one of a pitch's components, or of its nearest neighbour's, moved in frequency.
  ///
  /// - Parameters:
  ///   - kind: its template.
  ///   - comb: what it would start from without a bank, K values; zero where the template must stay zero.
  /// - Returns: a template with a sum of 1.
  func start(
    pitch: Int, kind: PitchComponent.Kind, comb: [Float], tuningCents: Double, grid: TimeGrid
  ) -> [Float] {
    guard let nearest = templates.keys.min(by: { (abs($0 - pitch), $0) < (abs($1 - pitch), $1) })
    else { return comb }
    let cents = Double(100 * (pitch - nearest)) + tuningCents - self.tuningCents
    // The noise of an onset does not follow the pitch.
    let ratio = kind == .onset ? 1 : exp2(cents / 1200)
    let source = templates[nearest]![kind.rawValue]
    let largest = source.max() ?? 0
    guard largest > 0 else { return comb }
    let result = comb.indices.map { bin -> Float in
      guard comb[bin] > 0 else { return 0 }
      let position = Self.grid.bin(atHertz: grid.frequency(ofBin: bin) / ratio)
      let lower = Int(position)
      guard lower + 1 < source.count else { return Self.floor * largest }
      let fraction = Float(position - Double(lower))
      let value = (1 - fraction) * source[lower] + fraction * source[lower + 1]
      return max(value, Self.floor * largest)
    }
    let sum = result.reduce(0, +)
    return sum > 0 ? result.map { $0 / sum } : comb
  }
}
