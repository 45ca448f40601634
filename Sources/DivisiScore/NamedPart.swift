/// A part that every program calls the same: in ports, presets, stems and reports.
public struct NamedPart: Sendable, Equatable {
  /// The stem's name, and the symbol that its ports are named after.
  public let name: String
  /// What people read.
  public let label: String

  /// The lower hand of a keyboard player.
  public static let left = NamedPart(name: "left", label: "Left hand")
  /// The upper hand of a keyboard player.
  public static let right = NamedPart(name: "right", label: "Right hand")
  /// A keyboard player's hands, in the order of outputs.
  public static let hands = [left, right]

  /// Bass drums.
  public static let kick = NamedPart(name: "kick", label: "Kick")
  /// The snare, with side stick.
  public static let snare = NamedPart(name: "snare", label: "Snare")
  /// The hi-hat: open, closed and by pedal.
  public static let hihat = NamedPart(name: "hihat", label: "Hi-hat")
  /// All toms.
  public static let toms = NamedPart(name: "toms", label: "Toms")
  /// Crash, ride, china and splash.
  public static let cymbals = NamedPart(name: "cymbals", label: "Cymbals")
  /// A drum kit, in the order of outputs.
  public static let kit = [kick, snare, hihat, toms, cymbals]
  /// Percussion that is no part of a kit.
  public static let percussion = NamedPart(name: "percussion", label: "Percussion")

  /// Parts that only have a number, 1 to 8: tracks, channels, or parts of MusicXML.
  public static let numbered = (1...8).map { NamedPart(name: "part_\($0)", label: "Part \($0)") }

  /// What is in no part.
  public static let residual = NamedPart(name: "residual", label: "Residual")
}
