import Foundation
import Testing

/// A safetensors file, read as its documentation says.
private struct Tensors {
  let metadata: [String: String]
  private let header: [String: Any]
  private let data: Data

  init(path: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    header = try #require(
      try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
    metadata = try #require(header["__metadata__"] as? [String: String])
    data = bytes[(8 + length)...]
  }

  var names: Set<String> { Set(header.keys).subtracting(["__metadata__"]) }

  func shape(_ name: String) throws -> [Int] {
    let entry = try #require(header[name] as? [String: Any])
    #expect(entry["dtype"] as? String == "F32")
    return try #require(entry["shape"] as? [Int])
  }

  func values(_ name: String) throws -> [Float] {
    let entry = try #require(header[name] as? [String: Any])
    let offsets = try #require(entry["data_offsets"] as? [Int])
    let bytes = data[data.startIndex + offsets[0]..<data.startIndex + offsets[1]]
    return bytes.withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: 4).map {
        Float(bitPattern: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
  }
}

@Suite struct ExportTests {
  private func export(_ folder: TemporaryFolder, _ options: String...) throws -> Program.Run {
    try Program.run(
      [
        "separate", "duet.wav", "--score", "duet.csv", "-o", "out", "--export-factors", "learnt",
        "--window", "1024", "--hop", "512",
      ] + options, in: folder.path)
  }

  /// What is exported is what the shapes say: W and H give V̂, silent entries belong to no part.
  @Test(arguments: ["nmf", "nae"]) func factorsAreWhole(model: String) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try export(folder, "--model", model, "--iterations", "4")
    try #require(run.status == 0, "\(run.errors)")
    #expect(
      folder.files(below: "learnt") == [
        "duet/activations.csv", "duet/factors.safetensors", "duet/notes.csv",
      ])
    #expect(folder.files(below: "out") == ["duet/left.flac", "duet/right.flac"])

    let file = try Tensors(path: folder.file("learnt/duet/factors.safetensors"))
    #expect(file.metadata["model"] == model)
    #expect(file.metadata["parts"] == "left,right")
    #expect(file.metadata["window"] == "1024")
    let components = try #require(file.metadata["components"]).split(separator: ",")
    #expect(components.prefix(3) == ["C3", "C3 attack", "C3 onset"])
    #expect(file.names.contains("W_E") == (model == "nae"))

    let shape = try file.shape("W")
    let (K, R, T) = (shape[0], shape[1], shape[2])
    let N = try file.shape("H")[1]
    #expect(R == components.count)
    #expect(T == 1)
    #expect(try file.shape("V") == [K, N])
    #expect(try file.shape("masks") == [2, 513, N])
    let (W, H) = (try file.values("W"), try file.values("H"))
    let approximation = try file.values("V_hat")
    #expect(approximation.contains { $0 > 0.1 })
    for k in stride(from: 0, to: K, by: 7) {
      for n in 0..<N {
        let sum = (0..<R).reduce(Float(0)) { $0 + W[k * R + $1] * H[$1 * N + n] }
        #expect(abs(sum - approximation[k * N + n]) < 1e-4)
      }
    }
    let owners = try file.values("owner")
    #expect(Set(owners) == [-1, 0, 1])
    #expect(zip(owners, H).allSatisfy { $0 >= 0 || $1 == 0 })
    let masks = try file.values("masks")
    let half = masks.count / 2
    #expect((0..<half).allSatisfy { masks[$0] >= 0 && masks[$0] + masks[half + $0] < 1.0001 })
    if model == "nae" { #expect(try file.shape("W_E") == [R, K, 1]) }
  }

  @Test func layersAreWhatSonicVisualiserReads() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try #require(try export(folder).status == 0)
    let notes = try folder.text("learnt/duet/notes.csv").split(separator: "\n")
    #expect(notes.count == 4)
    #expect(notes.first == "0.100000,48,0.500000,0.6299,left")
    let rows = try folder.text("learnt/duet/activations.csv").split(separator: "\n").map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    let file = try Tensors(path: folder.file("learnt/duet/factors.safetensors"))
    let (shape, H) = (try file.shape("H"), try file.values("H"))
    #expect(rows.count == shape[1])
    for (n, row) in rows.enumerated() {
      try #require(row.count == shape[0] + 1)
      #expect(abs(row[0] - Double(n) * 512 / 44_100) < 1e-6)
      #expect((0..<shape[0]).allSatisfy { Float(row[$0 + 1]) == H[$0 * shape[1] + n] })
    }
  }

  /// A row of F for each component, the same for all of a pitch.
  @Test func pitchesAreALayerAndATensor() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try export(folder, "--preset", "players")
    try #require(run.status == 0, "\(run.errors)")
    #expect(
      folder.files(below: "learnt") == [
        "duet/activations.csv", "duet/factors.safetensors", "duet/notes.csv", "duet/pitches.csv",
      ])
    let file = try Tensors(path: folder.file("learnt/duet/factors.safetensors"))
    let (shape, F) = (try file.shape("H"), try file.values("F"))
    #expect(try file.shape("F") == shape)
    #expect(shape[0] == 20)
    #expect(try #require(file.metadata["components"]).hasPrefix("C3 -40 cents,C3 -20 cents,C3,"))
    let points = try folder.text("learnt/duet/pitches.csv").split(separator: "\n").map {
      $0.split(separator: ",")
    }
    // The notes last for two seconds in all.
    #expect((150..<190).contains(points.count))
    #expect(points.map { Double($0[0]) ?? 0 } == points.compactMap { Double($0[0]) }.sorted())
    for point in points {
      try #require(point.count == 3)
      let (time, hertz) = (try #require(Double(point[0])), try #require(Float(point[1])))
      let pitch = hertz < 300 ? (hertz < 139 ? 0 : 1) : hertz < 555 ? 2 : 3
      #expect(point[2] == (pitch < 2 ? "left" : "right"))
      let n = Int((time * 44_100 / 512).rounded())
      for row in 5 * pitch..<5 * pitch + 5 {
        #expect(abs(F[row * shape[1] + n] - hertz) < 0.01)
      }
      #expect(abs(12 * log2(hertz / 440) + 69 - Float([48, 50, 72, 74][pitch])) < 0.85)
    }
  }

  /// Looking on changes nothing, and the same call gives the same bytes.
  @Test func stemsAreTheSameWithOrWithout() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try #require(try export(folder).status == 0)
    let plain = try Program.run(
      "separate", "duet.wav", "--score", "duet.csv", "-o", "plain", "--window", "1024", "--hop",
      "512", in: folder.path)
    #expect(plain.status == 0)
    let first = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/duet/left.flac")))
    let second = try Data(contentsOf: URL(fileURLWithPath: folder.file("plain/duet/left.flac")))
    #expect(first == second)
    let factors = URL(fileURLWithPath: folder.file("learnt/duet/factors.safetensors"))
    let before = try Data(contentsOf: factors)
    #expect(try export(folder, "--force", "--threads", "1").status == 0)
    #expect(try Data(contentsOf: factors) == before)
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try FileManager.default.createDirectory(
      atPath: folder.file("learnt/duet"), withIntermediateDirectories: true)
    try folder.write("mine".utf8, to: "learnt/duet/notes.csv")
    let run = try export(folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("learnt/duet/notes.csv: expected a new file"), "\(run.errors)")
    #expect(folder.files(below: "out").isEmpty)
    #expect(try folder.text("learnt/duet/notes.csv") == "mine")
    let stream = try export(folder, "--stream")
    #expect(stream.status == 64)
    #expect(stream.errors.contains("--export-factors"))
  }
}
