import Foundation
import Testing

/// A JACK server of a test's own, without a sound card, and what its clients need to find it.
struct JackServer {
  let environment: [String: String]
  private let child: Child

  init(_ stage: Stage, rate: Int = 44_100, period: Int) throws {
    let name = "divisi-\(getpid())-\(UUID().uuidString.prefix(8))"
    environment = stage.environment.merging([
      "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1",
      "JACK_NO_START_SERVER": "1",
    ]) { $1 }
    child = try Child(
      "jackd",
      ["-S", "-r", "-n", name, "-d", "dummy", "-r", "\(rate)", "-p", "\(period)"],
      environment: environment)
    try Child.run("jack_wait", ["-w", "-t", "60"], environment: environment)
  }
}
