import ArgumentParser
import Terminal
import WebServing

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
