// Thread: setup

import NIOCore
import NIOHTTP1
import WebServing

/// The page's HTTP server.
final class StudioServer {
  private let server: WebServer
  private let secret: Secret

  /// Connections at once: browsers open up to six for a page.
  private static let mostConnections = 64

  /// The address with the secret.
  ///
  /// - Parameter project: that is to be shown first.
  func url(project: String?) -> String {
    let start = "http://127.0.0.1:\(server.port)/?secret=\(secret.text)"
    return project.map { start + "&project=" + RequestTarget.encoded($0) } ?? start
  }

  /// Serves on loopback from now on.
  ///
  /// - Throws: if no port is free.
  init(_ studio: Studio, port: WebPort, notice: @escaping @Sendable (String) -> Void) throws {
    guard let address = PageAddress("127.0.0.1") else { preconditionFailure("an address") }
    // The secret's cookie is named after the port, which is known once it is listened at; until then nobody is let in.
    let place = Later()
    server = try WebServer(
      "studio", at: address, ports: port.candidates, mostConnections: Self.mostConnections,
      notice: notice
    ) { channel in
      guard let secret = place.secret else { throw ChannelError.eof }
      let pipeline = channel.pipeline.syncOperations
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: true, withErrorHandling: true,
        withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
        withDecoderLimitConfiguration: WebServer.headLimits)
      try pipeline.addHandler(StudioHandler(studio, secret: secret))
    }
    secret = Secret(port: server.port)
    place.set(secret)
  }

  func stop() { server.stop() }
}
