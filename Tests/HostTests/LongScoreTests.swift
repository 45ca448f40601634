import Foundation
import Testing

/// States and scores that come while it plays.
@Suite struct LongScoreTests {
  /// Seconds of the recording over and over, since it is played as fast as it goes, and from where on something new
  /// comes.
  private static let seconds = 40, start = 5

  /// A note every 0.4 s, of one hand after another.
  private static func writeScore(
    _ noteCount: Int, hands: [String], to path: String
  ) throws {
    let notes = (0..<noteCount).map { index in
      "\(Double(index) * 0.4 + 0.05);0.3;\(60 + index % 25);80;\(hands[index % hands.count])"
    }
    try Data(("start;duration;pitch;velocity;label\n" + notes.joined(separator: "\n")).utf8)
      .write(to: URL(fileURLWithPath: path))
  }

  /// The outputs go on as they would have without the change, and go over to the new stream without a step:
  /// the mix, which is the sum of all parts, is what it would have been all along.
  @Test func theOldStreamPlaysUntilTheNewOneIsThere() throws {
    let folder = try TemporaryFolder()
    let (short, long) = (folder.file("short.csv"), folder.file("long.csv"))
    let kept = folder.file("kept")
    try Self.writeScore(100, hands: ["left", "right"], to: short)
    try Self.writeScore(12_000, hands: ["right"], to: long)
    let recording = try Polonaise()
    let length = Self.seconds * recording.sampleRate
    let music = Server.Music(
      inputs: ["in_l", "in_r"],
      channels: recording.channels.map { channel in
        (0..<length).map { channel[$0 % channel.count] }
      })
    let ports = ["left_l", "right_l", "mix_l"]

    /// What comes out, with something done on the way.
    func play(at frame: Int = 0, _ work: (Child) throws -> Void = { _ in }) throws -> [[Float]] {
      let server = try Server()
      let host = try server.host(Polonaise.arguments + ["--score", short, "--wait"])
      let output = try server.play(music, recording: ports, at: frame) { try work(host) }.channels
      #expect(try host.value("late") == 0)
      return output
    }

    let server = try Server()
    let host = try server.host(Polonaise.arguments + ["--score", long])
    _ = try host.ask("save \(kept)", for: "saved")
    let expected = try play()
    #expect(expected.allSatisfy { $0.contains { abs($0) > 0.01 } }, "silence proves nothing")
    for (command, answer) in [("load \(kept)", "loaded"), ("score \(long)", "score")] {
      let start = Self.start * recording.sampleRate
      let output = try play(at: start) { _ = try $0.ask(command, for: answer) }
      let first = (0..<length).first { index in
        ports.indices.contains { output[$0][index] != expected[$0][index] }
      }
      let takeover = try #require(first, "\(command): the new one comes before the end")
      #expect(takeover > start, "\(command)")
      // The first samples of a cross-fade, which takes many more.
      for (port, (new, old)) in zip(ports, zip(output, expected)) {
        let steps = (takeover..<min(takeover + 16, length)).map { abs(new[$0] - old[$0]) }
        #expect(steps.max() ?? 1 < 0.01, "\(command): \(port)")
      }
      let isWhole = zip(output[2], expected[2]).allSatisfy { abs($0 - $1) < 1e-5 }
      #expect(isWhole, "\(command): nothing is missing")
      #expect(output[0].suffix(recording.sampleRate).allSatisfy { $0 == 0 }, "no left hand is left")
    }
  }
}
