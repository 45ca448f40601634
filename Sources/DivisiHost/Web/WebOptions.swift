import ArgumentParser
import Glibc
import Terminal

/// Whether and where the mixer page is served.
struct WebOptions: ParsableArguments {
  @Option(
    defaultAsFlag: WebPort.usual, parsing: .next,
    help: ArgumentHelp(
      "Serve a mixer page to browsers on this machine: at a port, at any for 0, or at 8080 or the next free one.",
      valueName: "port"))
  var web: WebPort? = nil

  @Option(
    help: ArgumentHelp(
      "The address to serve the page at; 0.0.0.0 serves it to everybody who can reach this machine.",
      valueName: "address"))
  var webAddress = "127.0.0.1"

  func validate() throws {
    guard PageAddress(webAddress) != nil else {
      throw ValidationError(
        "--web-address '\(webAddress)': expected an address in numbers, such as 0.0.0.0 or ::1")
    }
    guard web != nil || webAddress == "127.0.0.1" else {
      throw ValidationError("--web-address: expected --web beside it")
    }
  }

  /// Serves the page, if that was asked for, and says where.
  ///
  /// - Throws: if the port is taken.
  func open(for session: Session) throws {
    guard let web, let address = PageAddress(webAddress) else { return }
    let page = try MixerPage(session, at: address, port: web)
    session.surfaces.append(page)
    say("mixer page at \(page.url)")
    guard !address.isLoopback else { return }
    printError(
      "\(webAddress): everybody who can reach this address can see the page and control the plugin")
  }
}

/// The port that somebody has asked for.
enum WebPort: ExpressibleByArgument, CustomStringConvertible {
  /// 8080, or the next that is free.
  case usual
  /// A port, or any for 0.
  case exactly(UInt16)

  init?(argument: String) {
    guard let port = UInt16(argument) else { return nil }
    self = .exactly(port)
  }

  /// The ports to be tried.
  var candidates: [UInt16] {
    switch self {
    case .usual: Array(8080..<8112)
    case .exactly(let port): [port]
    }
  }

  var description: String {
    switch self {
    case .usual: "8080"
    case .exactly(let port): "\(port)"
    }
  }
}

/// An address of this machine, in numbers.
struct PageAddress {
  let text: String
  let isIPv6: Bool
  /// Whether only this machine can reach it.
  let isLoopback: Bool

  /// - Returns: nil if it is not an address.
  init?(_ text: String) {
    var old = in_addr()
    var new = in6_addr()
    self.text = text
    if inet_pton(AF_INET, text, &old) == 1 {
      isIPv6 = false
      isLoopback = UInt32(bigEndian: old.s_addr) >> 24 == 127
    } else if inet_pton(AF_INET6, text, &new) == 1 {
      isIPv6 = true
      let bytes = withUnsafeBytes(of: new) { Array($0) }
      isLoopback = bytes == [UInt8](repeating: 0, count: 15) + [1]
    } else {
      return nil
    }
  }

  /// The address as browsers write it; where it is all of this machine's, the one that works here.
  var inURL: String {
    switch text {
    case "0.0.0.0": "127.0.0.1"
    case "::": "[::1]"
    default: isIPv6 ? "[\(text)]" : text
    }
  }
}
