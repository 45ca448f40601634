extension AudioFormat {
  /// The format that a file's name asks for: `.wav` has 24 bits; nil for other names.
  public init?(fileName: String) {
    guard let dot = fileName.lastIndex(of: "."), !fileName[dot...].contains("/") else { return nil }
    switch fileName[dot...].dropFirst().lowercased() {
    case "wav": self = .wav24
    case let name:
      guard let format = Self.allCases.first(where: { $0.rawValue == name && $0 != .wav16 }) else {
        return nil
      }
      self = format
    }
  }
}
