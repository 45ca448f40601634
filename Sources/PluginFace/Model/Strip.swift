import DivisiControls

/// The controls of one part, or of the residual, by the index of their ports.
struct Strip: Sendable {
  let label: String
  let gain: Int
  let mute: Int
  let solo: Int
  let pan: Int
  /// The meter's.
  let level: Int

  /// The strips of a plugin, in the order of its outputs.
  static func all(of kind: PluginKind) -> [Strip] {
    kind.stems.map { stem in
      func port(_ prefix: String) -> Int {
        guard let index = kind.index(of: "\(prefix)_\(stem.name)") else {
          preconditionFailure("no port \(prefix)_\(stem.name)")
        }
        return index
      }
      return Strip(
        label: stem.label, gain: port("gain"), mute: port("mute"), solo: port("solo"),
        pan: port("pan"), level: port("level"))
    }
  }
}
