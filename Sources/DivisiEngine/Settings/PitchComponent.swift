/// One of the components that each pitch of an instrument has, as the settings want them.
struct PitchComponent: Equatable {
  /// What it stands for; raw values are places in ``NoteBank/kinds``.
  enum Kind: Int {
    /// The full sound.
    case tone
    /// The first 0.3 s.
    case attack
    /// The noise of the onset.
    case onset
  }

  let kind: Kind
  /// How far its partials lie from those of the pitch, in cents.
  var cents = 0.0

  /// Where the tones of players lie, who slide into notes and let them vibrate: with one template to a pitch, six
  /// duos and six quartets of the Bach10 recordings separate 2 dB worse.
  static let shifts = [-40.0, -20, 0, 20, 40]
}

extension SeparationSettings {
  /// The components of each pitch, in their order: those with partials first, an onset last.
  var pitchComponents: [PitchComponent] {
    let tones =
      comb.ofTemplates == .shifts
      ? PitchComponent.shifts.map { PitchComponent(kind: .tone, cents: $0) }
      : [PitchComponent(kind: .tone)]
    return tones + (hasAttackTemplates ? [PitchComponent(kind: .attack)] : [])
      + (hasOnsetTemplates ? [PitchComponent(kind: .onset)] : [])
  }
}
