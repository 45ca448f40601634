import AudioFiles
import Foundation
import Testing

/// `divisi train --source`, `separate --sources` and `compare --sources`.
@Suite struct TrainedSourceCommandTests {
  private static let sampleRate = 8000

  /// Two sources that share no frequencies: for training, and mixed.
  private func make(in folder: TemporaryFolder) throws {
    func write(_ channels: [[Float]], _ name: String) throws {
      try FileManager.default.createDirectory(
        atPath: folder.file((name as NSString).deletingLastPathComponent),
        withIntermediateDirectories: true)
      try AudioFile.write(
        AudioBuffer(sampleRate: Self.sampleRate, channels: channels), to: folder.file(name),
        as: .wavFloat)
    }
    func tones(_ hertz: [Double], seed: Int) -> [Float] {
      (0..<8000).map { index in
        let time = Double(index) / Double(Self.sampleRate)
        return Float(
          hertz.enumerated().reduce(0.0) { sum, tone in
            let swell = 1 + sin(2 * .pi * (2 + Double(tone.offset + seed)) * time)
            return sum + 0.05 * swell * sin(2 * .pi * tone.element * time)
          })
      }
    }
    let (low, high) = ([220.0, 330, 500], [1200.0, 1900, 2700])
    try write([tones(low, seed: 0)], "train/low.wav")
    try write([tones(high, seed: 0)], "train/high.wav")
    let (a, b) = (tones(low, seed: 1), tones(high, seed: 2))
    try write([a], "mixtures/1/low.wav")
    try write([b], "mixtures/1/high.wav")
    try write([zip(a, b).map(+)], "mixtures/1/mix.wav")
  }

  private func sdr(_ run: Program.Run) throws -> Double {
    let record = try #require(
      JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let mean = try #require(record["mean"] as? [String: Any])
    return try #require(mean["sdr_decibels"] as? Double)
  }

  @Test func sourcesAreTrainedAndToldApart() throws {
    let folder = try TemporaryFolder()
    try make(in: folder)
    for (model, options) in [
      ("nmf", ["--iterations", "40"]),
      (
        "nae-adam",
        ["--layers", "4", "--nonlinearity", "softplus", "--biases", "--sparsity", "0.1"]
      ),
    ] {
      for name in ["low", "high"] {
        let run = try Program.run(
          [
            "train", "--source", "\(name)=train/\(name)*.wav", "--components", "4", "--model",
            model, "--force", "-o", folder.file("\(name).safetensors"),
          ] + options, in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("4 units from 1.0 s"))
      }
      let run = try Program.run(
        "separate", "mixtures/1/mix.wav", "--sources", "low.safetensors,high.safetensors",
        "--references", "mixtures/1", "--json", "--force", "-o", "stems", in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try sdr(run) > 20)
    }
  }

  @Test func modelsAreComparedInATable() throws {
    let folder = try TemporaryFolder()
    try make(in: folder)
    let run = try Program.run(
      "compare", "mixtures/1/mix.wav", "--sources", "low=train/low.wav", "--sources",
      "high=train/high.wav", "--references", "{folder}", "--components", "2,4", "--layers", "2,4",
      "--models", "nmf,nae-adam", "--iterations", "30", "--stoi", "-o", "report", in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let report = try folder.text("report/report.md")
    #expect(report.contains("| nae-adam | 4 | 4 |") && report.contains("| nmf | 2 | – |"))
    #expect(report.contains("STOI") && report.contains("against NMF"))
    let record = try #require(
      JSONSerialization.jsonObject(
        with: Data(folder.text("report/report.json").utf8)) as? [String: Any])
    #expect((record["trials"] as? [Any])?.count == 6)
  }

  @Test func wrongUseIsSaidInALine() throws {
    let folder = try TemporaryFolder()
    try make(in: folder)
    func refusal(_ arguments: [String]) throws -> String {
      let run = try Program.run(arguments + ["-o", "out"], in: folder.path)
      #expect(run.status == 1 || run.status == 64)
      #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
      return run.errors
    }
    let mix = "mixtures/1/mix.wav"
    #expect(try refusal(["train", "--source", "low"]).contains("first=first/*.wav"))
    #expect(try refusal(["train", "--source", "a=none*.wav"]).contains("found none"))
    #expect(
      try refusal(["train", "--source", "a=train/low.wav", "--model", "cae"]).contains(
        "not convolutive"))
    #expect(
      try refusal(["train", "--source", "a=train/low.wav", "--components", "0"]).contains(
        "1 to 1000"))
    #expect(try refusal(["train", "kick=a.wav", "--components", "3"]).contains("--source as well"))
    let train = try Program.run(
      "train", "--source", "low=train/low.wav", "--iterations", "2", "-o",
      folder.file("low.safetensors"),
      in: folder.path)
    #expect(train.status == 0, "\(train.errors)")
    #expect(
      try refusal(["separate", mix, "--sources", "low.safetensors,low.safetensors"]).contains(
        "each source once"))
    #expect(
      try refusal(["separate", mix, "--sources", "low.safetensors", "--stream"]).contains(
        "--sources: expected no --stream"))
    #expect(try refusal(["separate", mix, "--sources", "train/low.wav"]).contains("low.wav"))
    #expect(
      try refusal([
        "separate", "\(Recording.polonaise)/mix.flac", "--sources", "low.safetensors",
      ]).contains("8000 Hz"))
    #expect(
      try refusal(["compare", mix, "--sources", "low=train/low.wav", "--references", "{folder}"])
        .contains("two sources or more"))
    for option in ["--align=on", "--correct-notes=on", "--parts=*=*", "--partial"] {
      let name = String(option.prefix { $0 != "=" })
      #expect(
        try refusal([
          "compare", mix, "--sources", "low=a", "high=b", "--references", "{folder}", option,
        ]).contains("--sources: expected no \(name)"))
    }
    #expect(try refusal(["compare", mix]).contains("--score or --sources"))
    let pitched = try refusal([
      "separate", "\(Recording.polonaise)/mix.flac", "--score",
      "\(Recording.polonaise)/score.mid", "--model-file", "low.safetensors",
    ])
    #expect(pitched.contains("expected a note bank") && pitched.contains("trained source"))
  }
}
