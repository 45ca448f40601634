import Foundation
import Testing

/// JACK does not let go of the host.
@Suite(.serialized) struct LeavingTests {
  /// It says so and ends, and the state is kept.
  @Test func endsWithoutJack() throws {
    let folder = try TemporaryFolder()
    let server = try Server()
    let host = try server.host(
      Polonaise.arguments + ["--state", folder.file("state")],
      environment: ["LD_PRELOAD": try Project.stuckLibrary(), "STUCK": "deactivate"])
    #expect(try host.ask("set gain_left -5", for: "gain_left") == "gain_left = -5")
    host.say("quit")
    #expect(host.wait() == 69)
    #expect(host.errors.hasSuffix("the JACK server does not answer; ends without leaving it\n"))
    #expect(try folder.text("state/state.ttl").contains("-5"))
  }

  /// Joining takes no longer, either.
  @Test func aServerThatDoesNotAnswerIsUnavailable() throws {
    let run = try Project.host(
      Polonaise.arguments,
      environment: ["LD_PRELOAD": try Project.stuckLibrary(), "STUCK": "open"])
    #expect(run.status == 69)
    #expect(run.errors.hasSuffix("the JACK server does not answer\n"), "\(run.errors)")
  }

  /// A server that has gone keeps nobody from the next one.
  @Test func anotherServerIsFoundAllTheSame() throws {
    let server = try Server()
    let host = try server.host(
      Polonaise.arguments,
      environment: ["LD_PRELOAD": try Project.stuckLibrary(), "STUCK": "close"])
    server.stop()
    #expect(host.wait { host.errors.contains("JACK does not let go of the server that has gone") })
    try server.start()
    #expect(host.wait { host.errors.components(separatedBy: "plays as plug").count > 1 })
    #expect(try host.ask("set gain_left -5", for: "gain_left") == "gain_left = -5")
    host.send(SIGKILL)
    host.wait()
  }
}
