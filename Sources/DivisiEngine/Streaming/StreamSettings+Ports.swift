// Thread: any

extension StreamSettings {
  /// Settings from the port values of an LV2 preset.
  ///
  /// - Parameter ports: port symbol to value; symbols that are left out keep their default.
  public init(ports: [String: Double]) throws(SettingsError) {
    self.init()
    var rest = ports
    if let value = rest.removeValue(forKey: "lookahead") { lookaheadSeconds = value }
    if let value = rest.removeValue(forKey: "history") { historySeconds = value }
    if let value = rest.removeValue(forKey: "adapt") { adapts = value > 0 }
    separation = try SeparationSettings(ports: rest)
    try validate()
  }

  /// Throws where a value is out of its range.
  public func validate() throws(SettingsError) {
    try separation.validate()
    guard lookaheadSeconds >= 0 && lookaheadSeconds <= 4 else {
      throw SettingsError(
        symbol: "lookahead", problem: "expected 0 to 4 seconds, found \(lookaheadSeconds)")
    }
    guard historySeconds >= 4 && historySeconds <= 30 else {
      throw SettingsError(
        symbol: "history", problem: "expected 4 to 30 seconds, found \(historySeconds)")
    }
  }
}
