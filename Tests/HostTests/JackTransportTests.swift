import Foundation
import Testing

/// What plugins learn of JACK's transport.
@Suite(.serialized) struct JackTransportTests {
  private static let rate = 44_100

  /// The frames at which clicks begin, after silence.
  private static func onsets(_ samples: [Float]) -> [Int] {
    var silent = 1000
    var result: [Int] = []
    for (frame, sample) in samples.enumerated() {
      if abs(sample) > 1e-4 {
        if silent >= 1000 { result.append(frame) }
        silent = 0
      } else {
        silent += 1  // Frames before the start are not numbers.
      }
    }
    return result
  }

  /// A metronome follows a timebase master: its tempo, a locate, another tempo, a stop.
  @Test func beatsComeFromTheTransport() throws {
    let server = try Server(period: 256)
    let host = try server.host(["http://lv2plug.in/plugins/eg-metro"])
    for (tempo, start) in [(100.0, 0), (100, 30_000), (150, 0), (75, 10_000)] {
      let count = 3 * Self.rate
      let music = Server.Music(count: count, start: start, tempo: tempo)
      let clicks = Self.onsets(try server.play(music, recording: ["out"]).channels[0])
      let beat = 60 * Double(Self.rate) / tempo
      let expected = (0..<100).map { Int(Double($0) * beat) }
        .filter { start..<count - 100 ~= $0 }
      #expect(clicks.count == expected.count, "\(tempo) from \(start): \(clicks)")
      // A wave begins with silence, and a tick is a hundredth of a block.
      #expect(
        zip(clicks, expected).allSatisfy { 0...20 ~= $0 - $1 },
        "\(tempo) from \(start): \(clicks), expected \(expected)")
    }
    #expect(host.isRunning)
  }

  /// The score is where the transport is, also when it starts in the middle or goes back.
  @Test func theScoreFollowsTheTransport() throws {
    let server = try Server()
    let recording = try Polonaise()
    let full = try recording.expected().flatMap { $0 }
    let host = try server.host(
      Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    let latency = Int(try host.value("latency"))
    let start = 5 * 44_100
    var music = Server.Music(
      inputs: ["in_l", "in_r"],
      channels: recording.channels.map { $0 + [Float](repeating: 0, count: latency) },
      start: start)
    let late = try server.play(music, recording: Polonaise.ports).channels
    // It has learnt less, but knows what is played where: far from the start it is nearly the same.
    for (port, (heard, whole)) in zip(Polonaise.ports, zip(late, full)) {
      let range = 12 * 44_100..<whole.count
      let error = range.reduce(Float(0)) { $0 + pow(heard[$1 + latency] - whole[$1], 2) }
      let energy = range.reduce(Float(0)) { $0 + pow(whole[$1], 2) }
      #expect(error < 0.1 * energy, "\(port): \(error) of \(energy)")
    }
    music.start = 0
    let again = try server.play(music, recording: Polonaise.ports).channels
    for (port, (heard, whole)) in zip(Polonaise.ports, zip(again, full)) {
      let error = whole.indices.reduce(Float(0)) { $0 + pow(heard[$1 + latency] - whole[$1], 2) }
      let energy = whole.reduce(Float(0)) { $0 + pow($1, 2) }
      #expect(error < 0.1 * energy, "\(port), from the start: \(error) of \(energy)")
    }
  }
}
