import Plotting

/// The colours of the mixer page, dark and light; those of parts can be told apart with any kind of colour vision.
struct Palette {
  let ground, surface, sunken, text, quiet, line, edge, accent, cap, mark: Colour
  let mute, onMute, solo, onSolo, low, middle, high: Colour
  private let isDark: Bool

  static let light = Palette(
    ground: 0xF3F2EE, surface: 0xFFFFFF, sunken: 0xE6E4DE, text: 0x1D2125, quiet: 0x59616A,
    line: 0xD9D6CE, edge: 0x858B91, accent: 0x1F6F6B, cap: 0xFFFFFF, mute: 0xB23A2A,
    onMute: 0xFFFFFF, solo: 0xF0C043, onSolo: 0x2B2100, low: 0x3F9C6B, middle: 0xD9A425,
    high: 0xCF4A35, isDark: false)
  static let dark = Palette(
    ground: 0x121518, surface: 0x1C2125, sunken: 0x0C0E10, text: 0xEDF0F2, quiet: 0xA5ADB5,
    line: 0x30373D, edge: 0x7B848C, accent: 0x63C1BB, cap: 0xDFE5E8, mute: 0xE2604D,
    onMute: 0x1C0703, solo: 0xF2C650, onSolo: 0x2B2100, low: 0x4CB87F, middle: 0xE3B341,
    high: 0xEE6A55, isDark: true)

  private init(
    ground: UInt32, surface: UInt32, sunken: UInt32, text: UInt32, quiet: UInt32, line: UInt32,
    edge: UInt32, accent: UInt32, cap: UInt32, mute: UInt32, onMute: UInt32, solo: UInt32,
    onSolo: UInt32, low: UInt32, middle: UInt32, high: UInt32, isDark: Bool
  ) {
    self.ground = Colour(hex: ground)
    self.surface = Colour(hex: surface)
    self.sunken = Colour(hex: sunken)
    self.text = Colour(hex: text)
    self.quiet = Colour(hex: quiet)
    self.line = Colour(hex: line)
    self.edge = Colour(hex: edge)
    self.accent = Colour(hex: accent)
    self.cap = Colour(hex: cap)
    mark = Colour(hex: 0x41484F)
    self.mute = Colour(hex: mute)
    self.onMute = Colour(hex: onMute)
    self.solo = Colour(hex: solo)
    self.onSolo = Colour(hex: onSolo)
    self.low = Colour(hex: low)
    self.middle = Colour(hex: middle)
    self.high = Colour(hex: high)
    self.isDark = isDark
  }

  /// How much white there is in the colours of parts on a dark ground, where some would be hard to see.
  private static let tint = 0.3

  /// The colour of a part; grey for the residual.
  func part(_ index: Int, of count: Int) -> Colour {
    guard index < count else { return edge }
    let colour = Colour.series(index)
    return isDark ? colour.mixed(with: Colour(hex: 0xFFFFFF), Self.tint) : colour
  }
}

extension Colour {
  /// So much of the way to another.
  func mixed(with other: Colour, _ share: Double) -> Colour {
    Colour(
      red: red + (other.red - red) * share, green: green + (other.green - green) * share,
      blue: blue + (other.blue - blue) * share)
  }
}
