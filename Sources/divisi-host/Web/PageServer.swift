// Thread: setup

internal import Dispatch
internal import FlyingFox
internal import FlyingSocks
import Glibc
import Synchronization

/// The HTTP server, with tasks of its own.
final class PageServer {
  /// Where it listens.
  let port: UInt16
  private let server: HTTPServer

  /// Seconds for a browser on a slow network to send a score.
  private static let patience = 60.0

  /// Serves from now on, at the first of some ports that is free.
  ///
  /// - Throws: if none is.
  init(_ handler: PageHandler, at address: PageAddress, ports: [UInt16]) throws {
    var problem = ""
    for candidate in ports {
      let server = try Self.server(handler, at: address, port: candidate)
      switch Self.start(server) {
      case .success(let port):
        self.server = server
        self.port = port
        return
      case .failure(let failure): problem = failure.description
      }
    }
    let range =
      ports.count > 1 ? "ports \(ports[0]) to \(ports[ports.count - 1])" : "port \(ports[0])"
    throw Failure("\(address.text), \(range): expected one that can be listened at; \(problem)")
  }

  /// Ends all connections.
  func stop() {
    let done = DispatchSemaphore(value: 0)
    Task { [server] in
      await server.stop(timeout: 0)
      done.signal()
    }
    _ = done.wait(timeout: .now() + 3)
  }

  private static func server(
    _ handler: PageHandler, at address: PageAddress, port: UInt16
  ) throws -> HTTPServer {
    func make(_ socket: some SocketAddress) -> HTTPServer {
      HTTPServer(address: socket, timeout: patience, logger: .disabled, handler: handler)
    }
    return address.isIPv6
      ? make(try sockaddr_in6.inet6(ip6: address.text, port: port))
      : make(try sockaddr_in.inet(ip4: address.text, port: port))
  }

  /// Starts a server, and waits until it listens or cannot.
  private static func start(_ server: HTTPServer) -> Result<UInt16, Failure> {
    let outcome = Outcome()
    Task {
      do {
        try await server.run()
      } catch {
        outcome.set(.failure(Failure(Self.text(of: error))))
      }
    }
    Task {
      try await server.waitUntilListening(timeout: patience)
      switch await server.listeningAddress {
      case .ip4(_, let port), .ip6(_, let port): outcome.set(.success(port))
      default: outcome.set(.failure(Failure("it has no port")))
      }
    }
    return outcome.wait()
  }

  private static func text(of error: any Error) -> String {
    guard case SocketError.failed(_, let code, _) = error else { return "\(error)" }
    return String(cString: strerror(code))
  }

  /// What a task finds out and this thread waits for.
  private final class Outcome: Sendable {
    private let result = Mutex<Result<UInt16, Failure>?>(nil)
    private let isKnown = DispatchSemaphore(value: 0)

    func set(_ found: Result<UInt16, Failure>) {
      let isFirst = result.withLock { result in
        defer { result = result ?? found }
        return result == nil
      }
      if isFirst { isKnown.signal() }
    }

    func wait() -> Result<UInt16, Failure> {
      isKnown.wait()
      return result.withLock { $0 } ?? .failure(Failure("it does not listen"))
    }
  }
}
