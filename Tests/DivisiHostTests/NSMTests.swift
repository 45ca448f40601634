import Glibc
import LV2TestSupport
import Terminal
import Testing

@testable import DivisiHost

/// The client's side of a session manager's protocol, in front of a manager of the test's own.
@Suite struct NSMTests {
  private let server: UDPSocket
  private let manager: NSMManager
  private let client: UDPAddress

  init() throws {
    server = try UDPSocket(at: UDPAddress(host: "127.0.0.1", port: 0))
    manager = try NSMManager(url: "osc.udp://127.0.0.1:\(server.address.port)/")
    client = try UDPAddress(host: "127.0.0.1", port: manager.socket.address.port)
  }

  private func send(_ path: String, _ texts: String...) {
    // A list of values cannot be passed on: at most three are needed.
    let values = texts.map { OSCValue.text($0) }
    let message =
      switch values.count {
      case 0: OSCMessage(path)
      case 1: OSCMessage(path, values[0])
      case 2: OSCMessage(path, values[0], values[1])
      default: OSCMessage(path, values[0], values[1], values[2])
      }
    server.send([message], to: client)
  }

  /// What the client has sent next.
  private func next() -> OSCMessage? {
    server.receive().flatMap { OSCPacket($0.bytes).messages.first }
  }

  @Test func theClientSaysWhatItIs() throws {
    send("/reply", "/nsm/server/announce", "hello", "manager")
    try manager.announce()
    let message = try #require(next())
    #expect(message.path == "/nsm/server/announce")
    try #require(message.values.count == 6)
    #expect(message.values[0] == .text("Divisi"))
    #expect(message.values[1] == .text(":dirty:switch:message:"))
    #expect(message.values[3...] == [.integer(1), .integer(1), .integer(Int(getpid()))])
  }

  @Test func aManagerMayRefuse() {
    send("/error", "/nsm/server/announce", "no", "not you")
    let error = #expect(throws: Failure.self) { try manager.announce() }
    #expect(error?.description == "not you")
  }

  @Test func projectsAreOpenedAndAnswered() throws {
    send("/nsm/client/open", "/tmp/nonexistent/Divisi.nABC", "Song", "Divisi.nABC")
    var saves = 0
    manager.serve { saves += 1 }
    let project = try #require(manager.wanted)
    #expect(project.folder == "/tmp/nonexistent/Divisi.nABC" && project.sessionName == "Song")
    #expect(project.clientName == "Divisi.nABC" && project.isNew)
    manager.accept()
    #expect(next() == OSCMessage("/reply", .text("/nsm/client/open"), .text("OK")))
    #expect(manager.wanted == nil)
    send("/nsm/client/save")
    send("/nsm/client/session_is_loaded")
    manager.serve { saves += 1 }
    #expect(saves == 1)
  }

  @Test func nonsenseIsRefused() throws {
    send("/nsm/client/open", "relative", "Song", "Divisi.nABC")
    send("/nsm/client/open", "/tmp/x")
    manager.serve {}
    #expect(manager.wanted == nil)
    for _ in 0..<2 {
      let message = try #require(next())
      #expect(message.path == "/error")
      #expect(message.values.prefix(2) == [.text("/nsm/client/open"), .integer(-1)])
    }
  }

  @Test func failuresHaveTheProtocolsNumbers() throws {
    send("/nsm/client/open", "/tmp/nonexistent/x", "Song", "x")
    manager.serve {}
    let project = try #require(manager.wanted)
    manager.refuse(project, Failure("no server"))
    #expect(
      next()
        == OSCMessage("/error", .text("/nsm/client/open"), .integer(-1), .text("no server")))
  }

  @Test(arguments: ["", "osc.tcp://127.0.0.1:1/", "osc.udp://127.0.0.1/", "osc.udp://:1/", "x"])
  func otherAddressesAreRefused(url: String) {
    #expect(throws: Failure.self) { try NSMManager(url: url) }
  }
}
