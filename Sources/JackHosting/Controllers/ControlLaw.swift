// Thread: setup

import Glibc
package import LV2Hosting

/// What the 128 values of a MIDI controller mean to a control.
package enum ControlLaw {
  private static let toggled = "http://lv2plug.in/ns/lv2core#toggled"
  private static let integer = "http://lv2plug.in/ns/lv2core#integer"
  private static let enumeration = "http://lv2plug.in/ns/lv2core#enumeration"
  private static let logarithmic = "http://lv2plug.in/ns/ext/port-props#logarithmic"
  private static let decibel = "http://lv2plug.in/ns/extensions/units#db"
  /// Decibels below which the lower end of a range means silence, so that it is a fader's.
  private static let faderBottom: Float = -40

  /// The value of a control for each of 0 to 127, within its range.
  ///
  /// Toggles change at 64; enumerations divide the way among their values; integers are rounded;
  /// logarithmic controls multiply at each step. Faders, which are in decibels and reach down to
  /// silence, follow the cube of the way: near unity a step is half a decibel, and 0 dB is exact.
  package static func values(of port: Port) -> [Float] {
    let low = port.minimum.isNaN ? 0 : port.minimum
    let high = port.maximum.isNaN ? max(low, 1) : port.maximum
    return (0..<ControlTable.stepCount).map { step in
      let way = Float(step) / Float(ControlTable.stepCount - 1)
      return min(max(value(at: way, from: low, to: high, of: port), low), high)
    }
  }

  private static func value(at way: Float, from low: Float, to high: Float, of port: Port) -> Float
  {
    if port.properties.contains(toggled) { return way > 0.5 ? high : low }
    let points = port.scalePoints
    if port.properties.contains(enumeration), !points.isEmpty {
      return points[Int((way * Float(points.count - 1)).rounded())].value
    }
    if port.unit == decibel, low <= faderBottom, high >= 0 { return fader(way, high, low) }
    let value =
      port.properties.contains(logarithmic) && low > 0
      ? low * pow(high / low, way) : low + (high - low) * way
    return port.properties.contains(integer) ? value.rounded() : value
  }

  private static func fader(_ way: Float, _ high: Float, _ low: Float) -> Float {
    guard way > 0 else { return low }
    let unity = pow(10, -high / 60)
    let isUnity = abs(way - unity) <= 0.5 / Float(ControlTable.stepCount - 1)
    return isUnity ? 0 : high + 60 * log10(way)
  }
}
