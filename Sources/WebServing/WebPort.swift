public import ArgumentParser

/// The port that somebody has asked for.
public enum WebPort: ExpressibleByArgument, CustomStringConvertible {
  /// 8080, or the next that is free.
  case usual
  /// A port, or any for 0.
  case exactly(UInt16)

  /// Reads a number from 0 to 65535.
  public init?(argument: String) {
    guard let port = UInt16(argument) else { return nil }
    self = .exactly(port)
  }

  /// The ports to be tried.
  public var candidates: [UInt16] {
    switch self {
    case .usual: Array(8080..<8112)
    case .exactly(let port): [port]
    }
  }

  /// As it stands in help.
  public var description: String {
    switch self {
    case .usual: "8080"
    case .exactly(let port): "\(port)"
    }
  }
}
