/// A colour, its parts from 0 to 1.
public struct Colour: Sendable, Equatable {
  /// From 0 to 1.
  public let red: Double
  /// From 0 to 1.
  public let green: Double
  /// From 0 to 1.
  public let blue: Double

  /// A colour from its parts, 0 to 1.
  public init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour as style sheets write it, `0xRRGGBB`.
  public init(hex: UInt32) {
    self.init(
      red: Double(hex >> 16 & 0xFF) / 255, green: Double(hex >> 8 & 0xFF) / 255,
      blue: Double(hex & 0xFF) / 255)
  }

  static let ink = Colour(hex: 0x222222)
  static let grid = Colour(hex: 0xDDDDDD)
  static let paper = Colour(hex: 0xFFFFFF)

  /// Colours that people with any kind of colour vision tell apart, one after another.
  ///
  /// - SeeAlso: Okabe & Ito, "Color Universal Design", 2008; yellow is left out, which is hard to see
  ///   on paper.
  public static func series(_ index: Int) -> Colour {
    let colours: [UInt32] = [
      0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x7F3C8D, 0x666666,
    ]
    return Colour(hex: colours[index % colours.count])
  }
}

/// The colour map viridis: as a value grows, so does its lightness, evenly, also in grey and for the
/// colour-blind.
///
/// - SeeAlso: van der Walt, Smith & Firing, 2015, in the public domain (CC0); every eighth of its 256
///   colours, with straight lines between.
enum Viridis {
  private static let stops: [UInt32] = [
    0x440154, 0x470D60, 0x48186A, 0x482374, 0x472D7B, 0x453781, 0x424086, 0x3E4989, 0x3B528B,
    0x375B8D, 0x33638D, 0x2F6B8E, 0x2C728E, 0x297A8E, 0x26828E, 0x23898E, 0x21918C, 0x1F988B,
    0x1FA088, 0x22A785, 0x28AE80, 0x32B67A, 0x3FBC73, 0x4EC36B, 0x5EC962, 0x70CF57, 0x84D44B,
    0x98D83E, 0xADDC30, 0xC2DF23, 0xD8E219, 0xECE51B, 0xFDE725,
  ]

  /// The colour of a value as opaque `0xAARRGGBB`; values outside 0 to 1 are clipped.
  static func pixel(_ value: Double) -> UInt32 {
    let position = min(max(value.isNaN ? 0 : value, 0), 1) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    let fraction = position - Double(index)
    var result: UInt32 = 0xFF
    for shift: UInt32 in [16, 8, 0] {
      let lower = Double(stops[index] >> shift & 0xFF)
      let upper = Double(stops[index + 1] >> shift & 0xFF)
      result = result << 8 | UInt32((lower + fraction * (upper - lower)).rounded())
    }
    return result
  }
}
