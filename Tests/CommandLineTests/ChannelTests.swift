import AudioFiles
import Foundation
import Testing

/// Stems of several channels are scored channel by channel, in every command that scores.
@Suite struct ChannelTests {
  private static let sampleCount = 8000

  /// Seeded noise within ±0.25.
  private static func noise(seed: UInt64) -> [Float] {
    var state = seed
    return (0..<sampleCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Float(state >> 40) / Float(1 << 24) - 0.5) / 2
    }
  }

  private let left = noise(seed: 1)
  private let right = noise(seed: 2)
  private let silence = [Float](repeating: 0, count: sampleCount)

  private func write(_ stems: [String: [[Float]]], to name: String, in folder: TemporaryFolder)
    throws
  {
    try FileManager.default.createDirectory(
      atPath: folder.file(name), withIntermediateDirectories: true)
    for (part, channels) in stems {
      try AudioFile.write(
        AudioBuffer(sampleRate: 44_100, channels: channels),
        to: folder.file("\(name)/\(part).wav"), as: .wavFloat)
    }
  }

  private func evaluate(_ folder: TemporaryFolder) throws -> [String: Any] {
    let run = try Program.run(
      "evaluate", "--references", "true", "--estimates", "out", "--json", in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  /// Averaged to one channel, each part would have half of the other beside it in the mixture.
  @Test func partsPannedHardCanBeWon() throws {
    let folder = try TemporaryFolder()
    let faint = Self.noise(seed: 3).map { $0 / 1000 }
    func panned(_ noise: [Float]) -> [String: [[Float]]] {
      func with(_ samples: [Float]) -> [Float] { zip(samples, noise).map { $0 + $1 } }
      return ["left": [with(left), with(silence)], "right": [with(silence), with(right)]]
    }
    try write(panned(silence), to: "true", in: folder)
    try write(panned(faint), to: "out", in: folder)
    let record = try evaluate(folder)
    #expect(record["scored_channels"] as? Int == 2)
    let remarks = try #require(record["remarks"] as? [String])
    #expect(remarks.count == 2 && remarks[0].hasPrefix("left:") && remarks[1].hasPrefix("right:"))
    for (index, part) in try #require(record["parts"] as? [[String: Any]]).enumerated() {
      let sdr = try #require(part["sdr_decibels"] as? Double)
      #expect(sdr > 55)
      let channels = try #require(part["channel_scores"] as? [Any])
      #expect((channels[index] as? [String: Any])?["sdr_decibels"] as? Double == sdr)
      #expect(channels[1 - index] is NSNull)
      // To do nothing is perfect in a channel that a part has to itself; no number stands for that.
      let mixture = try #require(part["mixture"] as? [String: Any])
      #expect((mixture["sdr_decibels"] as? Double).map { $0 > 100 } ?? true)
    }
    let run = try Program.run(
      "evaluate", "--references", "true", "--estimates", "out", in: folder.path)
    #expect(run.output.contains("left: the reference is silent in channel 2"), "\(run.output)")
  }

  /// What is out of phase between the channels is silent in their mean.
  @Test func wideSoundIsHeard() throws {
    let folder = try TemporaryFolder()
    let opposite = left.map { -$0 }
    try write(["a": [left, opposite]], to: "true", in: folder)
    try write(
      ["a": [left, opposite].map { zip($0, right).map { $0 + $1 / 10 } }], to: "out", in: folder)
    let part = try #require((try evaluate(folder)["parts"] as? [[String: Any]])?.first)
    let channels = try #require(part["channel_scores"] as? [[String: Any]])
    let scores = try channels.map { try #require($0["si_sdr_decibels"] as? Double) }
    #expect(scores.count == 2 && scores.allSatisfy { abs($0 - 20) < 1 }, "\(scores)")
  }

  @Test func separateAndCompareScoreEachChannel() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, channelCount: 2)
    // Any sound of that length stands for true stems.
    let mix = try AudioFile.read(path: folder.file("duet.wav")).channels
    let backwards = mix.map { Array($0.reversed()) }
    try write(["left": mix, "right": backwards], to: "stereo", in: folder)
    try write(["left": [mix[0]], "right": backwards], to: "mixed", in: folder)
    for (references, count) in [("stereo", 2), ("mixed", 1)] {
      let run = try Program.run(
        "separate", "duet.wav", "--score", "duet.csv", "--references", references, "--oracle",
        "--iterations", "2", "--json", "--force", "-o", "stems", in: folder.path)
      try #require(run.status == 0, "\(run.errors)")
      let record = try #require(
        try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      #expect(record["scored_channels"] as? Int == count)
      let remarks = record["remarks"] as? [String] ?? []
      #expect(remarks.contains { $0.contains("averaged") } == (count == 1))
      let parts = try #require(record["parts"] as? [[String: Any]])
      for part in parts {
        let scores =
          try [part]
          + ["oracle", "mixture"].map {
            try #require(part[$0] as? [String: Any])
          }
        for scores in scores {
          #expect((scores["channel_scores"] as? [Any])?.count == (count == 1 ? nil : count))
        }
      }
      let comparison = try Program.run(
        "compare", "duet.wav", "--score", "duet.csv", "--references", references, "--models", "nmf",
        "--iterations", "1", "--force", "-o", "report", in: folder.path)
      try #require(comparison.status == 0, "\(comparison.errors)")
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(try folder.text("report/report.json").utf8))
          as? [String: Any])
      let trial = try #require((report["trials"] as? [[String: Any]])?.first)
      let left = try #require((trial["scores"] as? [String: [String: Any]])?["left"])
      #expect((left["channel_scores"] as? [Any])?.count == (count == 1 ? nil : count))
      #expect(try folder.text("report/report.md").contains("averaged") == (count == 1))
    }
  }
}
