/// One pitch of one instrument: what components belong to.
struct Sound: Hashable, Comparable, Sendable {
  /// See ``Part/instrument``.
  let instrument: Int
  /// MIDI number.
  let pitch: Int

  static func < (a: Sound, b: Sound) -> Bool {
    (a.instrument, a.pitch) < (b.instrument, b.pitch)
  }
}
