// Thread: setup

internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket
import WebServing

/// The mixer page's HTTP server, with a thread of its own.
final class PageServer {
  /// Where it listens.
  var port: UInt16 { server.port }
  private let server: WebServer

  /// Connections at once: as many pages as may listen, and as many again for what they request.
  static let mostConnections = 2 * PageHub.mostListeners

  /// Serves from now on, at the first of some ports that is free.
  ///
  /// - Parameter isOpen: whether others than this machine may come.
  /// - Throws: if no port is free, or too few files may be open at once.
  init(
    hub: PageHub, scores: ScoreFolder, isOpen: Bool, at address: PageAddress, ports: [UInt16]
  ) throws {
    server = try WebServer(
      "mixer page", at: address, ports: ports, mostConnections: Self.mostConnections,
      notice: { _ = hub.ask(.notice($0)) }
    ) { channel in
      try Self.setUp(channel, hub: hub, scores: scores, isOpen: isOpen)
    }
  }

  /// Ends all connections.
  func stop() { server.stop() }

  /// What a connection goes through: HTTP, and WebSocket where a page asks for it.
  private static func setUp(
    _ channel: any Channel, hub: PageHub, scores: ScoreFolder, isOpen: Bool
  ) throws {
    let handler = PageHandler(hub: hub, scores: scores, isOpen: isOpen)
    let upgrader = NIOWebSocketServerUpgrader(
      maxFrameSize: PageSocket.longestWish,
      shouldUpgrade: { channel, head in
        let isAllowed = head.uri == "/socket" && PageOrigin(head.headers).isOwn(openly: isOpen)
        return channel.eventLoop.makeSucceededFuture(isAllowed ? [:] : nil)
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(IdleStateHandler(readTimeout: PageSocket.pingInterval))
          try pipeline.addHandler(PageSocket(hub: hub))
        }
      })
    let pipeline = channel.pipeline.syncOperations
    let plain = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    try pipeline.configureHTTPServerPipeline(
      withServerUpgrade: (
        upgraders: [upgrader],
        completionHandler: { $0.pipeline.syncOperations.removeHandler(plain.value, promise: nil) }
      ),
      withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
      withDecoderLimitConfiguration: WebServer.headLimits)
    try pipeline.addHandler(handler)
  }
}
