// Thread: user interface

internal import CLV2

/// What the host offers; all but the parent may be missing, and lives as long as the face.
struct HostOffers {
  var parent: UInt?
  var resize: UnsafePointer<LV2UI_Resize>?
  var touch: UnsafePointer<LV2UI_Touch>?
  var requestValue: UnsafePointer<LV2UI_Request_Value>?
  /// Pixels per point; nil where the host does not say.
  var scale: Double?
  /// Whether the host's own background is dark; nil where it does not say.
  var isDark: Bool?
  var sampleRate: Double?
  let urids: URIDs

  /// - Parameter list: ends in nil.
  init(_ list: UnsafePointer<UnsafePointer<LV2_Feature>?>?) {
    var (map, options): (UnsafePointer<LV2_URID_Map>?, UnsafePointer<LV2_Options_Option>?)
    var next = list
    while let feature = next?.pointee?.pointee {
      next = next.map { $0 + 1 }
      guard let uri = feature.URI, let data = feature.data else { continue }
      func content<Content>(_ type: Content.Type) -> UnsafePointer<Content> {
        UnsafePointer(data.assumingMemoryBound(to: type))
      }
      switch String(cString: uri) {
      case URI.parent: parent = UInt(bitPattern: data)
      case URI.map: map = content(LV2_URID_Map.self)
      case URI.options: options = content(LV2_Options_Option.self)
      case URI.resize: resize = content(LV2UI_Resize.self)
      case URI.touch: touch = content(LV2UI_Touch.self)
      case URI.requestValue: requestValue = content(LV2UI_Request_Value.self)
      default: break
      }
    }
    urids = URIDs(map)
    if let options { read(options) }
  }

  /// - Parameter list: ends in an option without a key.
  private mutating func read(_ list: UnsafePointer<LV2_Options_Option>) {
    var option = list
    while option.pointee.key != 0 {
      defer { option += 1 }
      guard let value = option.pointee.value, option.pointee.size == 4 else { continue }
      let (key, type) = (option.pointee.key, option.pointee.type)
      if type == urids.float {
        let number = Double(value.loadUnaligned(as: Float.self))
        if key == urids.scaleFactor, (0.25...8).contains(number) { scale = number }
        if key == urids.sampleRate, number >= 8000 { sampleRate = number }
      } else if type == urids.int, key == urids.backgroundColour {
        isDark = Self.isDark(value.loadUnaligned(as: UInt32.self))
      }
    }
  }

  /// Whether a colour, `0xRRGGBBAA`, is nearer to black than to white.
  private static func isDark(_ colour: UInt32) -> Bool {
    let parts = [24, 16, 8].map { Double(colour >> $0 & 0xFF) / 255 }
    return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] < 0.5
  }
}
