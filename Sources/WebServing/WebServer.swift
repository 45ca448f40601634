internal import Glibc
public import NIOCore
public import NIOHTTP1
internal import NIOPosix
internal import Terminal

/// A server of HTTP for a page, with a thread of its own.
public final class WebServer {
  /// Where it listens.
  public let port: UInt16
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel

  /// What the heads of requests may consist of; browsers send about one kilobyte.
  public static let headLimits = {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = 16 << 10
    limits.maxHeaderListSize = 64 << 10
    return limits
  }()

  /// Serves from now on, at the first of some ports that is free.
  ///
  /// - Parameters:
  ///   - name: what the page is called in messages.
  ///   - mostConnections: at once; more have to wait.
  ///   - notice: is told, on the server's thread, what a person should know.
  ///   - setUp: adds what a connection goes through, on the server's thread.
  /// - Throws: if no port is free, or too few files may be open at once.
  public init(
    _ name: String, at address: PageAddress, ports: [UInt16], mostConnections: Int,
    notice: @escaping @Sendable (String) -> Void,
    setUp: @escaping @Sendable (any Channel) throws -> Void
  ) throws {
    let free = ConnectionLimit.freeDescriptors
    guard free > ConnectionLimit.keptDescriptors else {
      try? group.syncShutdownGracefully()
      throw Failure(
        "\(name): expected room for more than \(ConnectionLimit.keptDescriptors) other open files, found \(free) (ulimit -n)"
      )
    }
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // One at a time, so that none is taken beyond the limit.
      .serverChannelOption(.maxMessagesPerRead, value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let limit = ConnectionLimit(mostConnections: mostConnections) {
            notice("\(name): \($0)")
          }
          try channel.pipeline.syncOperations.addHandler(limit)
        }
      }
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try setUp(channel) }
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
  public func stop() {
    // What has been said before is sent first, as far as anybody reads it.
    try? group.next().submit {}.wait()
    try? channel.close().wait()
    try? group.syncShutdownGracefully()
  }
}

extension IOError {
  /// The reason, in the system's words.
  fileprivate var localizedText: String { String(cString: strerror(errnoCode)) }
}
