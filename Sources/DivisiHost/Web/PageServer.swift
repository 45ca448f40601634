// Thread: setup

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket
import Glibc
import Terminal

/// The HTTP server, with a thread of its own.
final class PageServer {
  /// Where it listens.
  let port: UInt16
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel

  /// What the heads of requests may consist of; browsers send about one kilobyte.
  private static let headLimits = {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = 16 << 10
    limits.maxHeaderListSize = 64 << 10
    return limits
  }()

  /// Serves from now on, at the first of some ports that is free.
  ///
  /// - Parameter isOpen: whether others than this machine may come.
  /// - Throws: if no port is free, or too few files may be open at once.
  init(
    hub: PageHub, scores: ScoreFolder, isOpen: Bool, at address: PageAddress, ports: [UInt16]
  ) throws {
    let free = ConnectionLimit.freeDescriptors
    guard free > ConnectionLimit.keptDescriptors else {
      try? group.syncShutdownGracefully()
      throw Failure(
        "mixer page: expected room for more than \(ConnectionLimit.keptDescriptors) other open files, found \(free) (ulimit -n)"
      )
    }
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // One at a time, so that none is taken beyond the limit.
      .serverChannelOption(.maxMessagesPerRead, value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ConnectionLimit(hub: hub))
        }
      }
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try Self.setUp(channel, hub: hub, scores: scores, isOpen: isOpen)
        }
      }
    var problem = ""
    for candidate in ports {
      do {
        let channel = try bootstrap.bind(host: address.text, port: Int(candidate)).wait()
        self.channel = channel
        port = UInt16(channel.localAddress?.port ?? 0)
        return
      } catch let error as IOError {
        problem = "\(error.localizedText)"
      }
    }
    try? group.syncShutdownGracefully()
    let range =
      ports.count > 1 ? "ports \(ports[0]) to \(ports[ports.count - 1])" : "port \(ports[0])"
    throw Failure("\(address.text), \(range): expected one that can be listened at; \(problem)")
  }

  /// Ends all connections.
  func stop() {
    // What has been said before is sent first, as far as anybody reads it.
    try? group.next().submit {}.wait()
    try? channel.close().wait()
    try? group.syncShutdownGracefully()
  }

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
      withDecoderLimitConfiguration: headLimits)
    try pipeline.addHandler(handler)
  }
}

extension IOError {
  /// The reason, in the system's words.
  fileprivate var localizedText: String { String(cString: strerror(errnoCode)) }
}

extension PageOrigin {
  /// Who is asked, and on whose behalf, by a request's headers.
  init(_ headers: HTTPHeaders) {
    self.init(host: headers.first(name: "Host"), origin: headers.first(name: "Origin"))
  }
}
