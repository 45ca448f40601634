/// What the pitched templates of instruments start from.
public struct NoteBanks: Sendable {
  /// For instruments that have none of their own; nil for combs.
  public var usual: NoteBank?
  /// Those of some instruments, by ``Part/instrument``.
  public var own: [Int: NoteBank]

  /// One for all, unless instruments have their own.
  public init(usual: NoteBank? = nil, own: [Int: NoteBank] = [:]) {
    self.usual = usual
    self.own = own
  }

  /// What an instrument starts from; nil for combs.
  func bank(ofInstrument instrument: Int) -> NoteBank? { own[instrument] ?? usual }
}
