import DivisiControls

/// The plugin's own window, as hosts find it.
extension Turtle {
  /// What the plugin says of it.
  static func faceLine(of kind: PluginKind) -> String { "ui:ui <\(kind.faceURI)>" }

  /// What it needs, what it can use, and of which ports it wants to be told; which object it is in stands in the
  /// manifest.
  static func face(of kind: PluginKind) -> String {
    let told = kind.ports.compactMap { port -> String? in
      guard let format = format(of: port) else { return nil }
      return "[ ui:plugin <\(kind.uri)> ; lv2:symbol \(quoted(port.symbol)) ; \(format) ]"
    }
    let map = kind.needsMap
    let lines =
      [
        "lv2:requiredFeature ui:idleInterface , ui:parent" + (map ? " , urid:map" : ""),
        "lv2:optionalFeature opts:options , ui:requestValue , ui:resize , ui:touch"
          + (map ? "" : " , urid:map"),
        "lv2:extensionData ui:idleInterface",
        "opts:supportedOption param:sampleRate , ui:backgroundColor , ui:scaleFactor",
      ] + ["ui:portNotification\n    " + told.joined(separator: " ,\n    ")]
    return "\n<\(kind.faceURI)>\n  " + lines.joined(separator: " ;\n  ") + " .\n"
  }

  /// How the face wants to be told of a port; nil where hosts tell it anyway, or not at all.
  private static func format(of port: Port) -> String? {
    switch port.role {
    case .report: "ui:protocol ui:floatProtocol"
    case .eventOutput: "ui:protocol atom:eventTransfer ; ui:notifyType atom:Object"
    case .audioInput, .audioOutput, .midiInput, .eventInput, .control: nil
    }
  }
}
