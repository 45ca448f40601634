// Thread: setup ⇄ page

/// What pages are told, as JSON; what is nil has not changed.
struct News: Encodable {
  /// What there is to see and control; comes first.
  var mixer: Mixer?
  /// Whether `values` has all that there is.
  var isAll: Bool?
  /// Values by symbol; null where a plugin has put out what is not a number.
  var values: [String: Float?]?
  /// The name of the preset that was chosen last; empty if none was.
  var preset: String?
  /// The name of the score; empty if there is none.
  var score: String?
  /// What the plugin has said last.
  var message: String?
  /// Times that the server was late.
  var xruns: Int?
  /// Whether the server is there.
  var isServed: Bool?
  /// The number of the page's wish that was done or refused last.
  var done: Int?
  /// Why it was refused.
  var problem: String?
  /// Whether the host ends.
  var isOver: Bool?
}

/// What a page wishes: one thing, with a number.
struct Wish: Decodable, Sendable {
  let number: Int
  /// A control's symbol, and what it shall be.
  let set: String?
  let value: Float?
  /// A preset's name.
  let preset: String?
}

/// What there is to see and control.
struct Mixer: Encodable, Equatable {
  struct Part: Encodable, Equatable {
    let name: String, title: String
    let gain: String?, mute: String?, solo: String?, pan: String?, level: String?
  }

  struct Preset: Encodable, Equatable {
    let name: String, label: String
  }

  /// A control, or what the plugin measures.
  struct Control: Encodable, Equatable {
    enum Kind: String, Encodable {
      case toggle, choice, integer, number, logarithmic
    }

    struct Point: Encodable, Equatable {
      let label: String
      let value: Float
    }

    let symbol: String, name: String
    let kind: Kind
    let minimum: Float, maximum: Float, standard: Float
    /// As people write it after a number; empty if there is none.
    let unit: String
    let points: [Point]
    /// Whether the plugin's author would rather not show it.
    let isHidden: Bool
    /// Whether the plugin writes it.
    let isOutput: Bool
  }

  let plugin: String, client: String
  let parts: [Part]
  let controls: [Control]
  let presets: [Preset]
  let takesScore: Bool
}
