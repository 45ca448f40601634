// Thread: setup

import NIOCore
import NIOHTTP1
import NIOWebSocket
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
      try Self.setUp(channel, studio, secret)
    }
    secret = Secret(port: server.port)
    place.set(secret)
  }

  func stop() { server.stop() }

  /// What a connection goes through: HTTP, and WebSocket where the page says that it is there.
  private static func setUp(_ channel: any Channel, _ studio: Studio, _ secret: Secret) throws {
    let handler = StudioHandler(studio, secret: secret)
    let upgrader = NIOWebSocketServerUpgrader(
      maxFrameSize: PresenceSocket.longestFrame,
      shouldUpgrade: { channel, head in
        let isAllowed =
          head.uri == PresenceSocket.path && PageOrigin(head.headers).isOwn(openly: false)
          && (try? StudioRequest(head, secret: secret)) != nil
        return channel.eventLoop.makeSucceededFuture(isAllowed ? [:] : nil)
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(PresenceSocket(studio.presence))
        }
      })
    let pipeline = channel.pipeline.syncOperations
    let plain = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    try pipeline.configureHTTPServerPipeline(
      withPipeliningAssistance: true,
      withServerUpgrade: (
        upgraders: [upgrader],
        completionHandler: { $0.pipeline.syncOperations.removeHandler(plain.value, promise: nil) }
      ),
      withErrorHandling: true, withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
      withDecoderLimitConfiguration: WebServer.headLimits)
    try pipeline.addHandler(handler)
  }
}
