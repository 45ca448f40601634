import DivisiDSP
import Testing

@testable import DivisiEngine

struct ModelFileTests {
  private let kit: DrumKit = {
    var generator = SeededGenerator(seed: 51)
    let count = DrumKit.grid.binCount * DrumKit.frameCount
    let patch = (0..<count).map { _ in generator.nextUnit() }
    return DrumKit(patches: [36: patch, 42: patch.map { $0 / 2 }], origin: "a \"kit\"\nof ours ♫")
  }()

  /// The length of a file's header, the eight bytes before it included.
  private func headerCount(_ bytes: [UInt8]) -> Int {
    8 + Int(bytes[0]) + Int(bytes[1]) << 8
  }

  /// Nil for a valid kit; any error but a ``ModelFileError`` does not compile.
  private func refusal(_ bytes: [UInt8]) -> ModelFileError? {
    do throws(ModelFileError) {
      let kit = try DrumKit(decoding: bytes, path: "kit.safetensors")
      let count = DrumKit.grid.binCount * DrumKit.frameCount
      #expect(!kit.patches.isEmpty)
      #expect(kit.patches.values.allSatisfy { $0.count == count })
      return nil
    } catch {
      return error
    }
  }

  @Test func kitSurvivesItsFile() throws {
    let bytes = kit.encoded()
    let read = try DrumKit(decoding: bytes, path: "kit.safetensors")
    #expect(read.patches == kit.patches)
    #expect(read.origin == kit.origin)
    #expect(kit.encoded() == bytes)
    #expect(headerCount(bytes) % 8 == 0)
  }

  @Test func truncationIsRefusedAtEveryByteOfTheHeader() {
    let bytes = kit.encoded()
    let header = headerCount(bytes)
    for count in 0...header + 8 {
      #expect(refusal(Array(bytes[..<count]))?.path == "kit.safetensors", "\(count) bytes")
    }
    #expect(refusal(Array(bytes.dropLast())) != nil)
  }

  /// Any result will do except a trap, or a kit that is not whole.
  @Test func mutatedHeadersNeverTrap() {
    let small = SafeTensors.small.encoded()
    let bytes = kit.encoded()
    var generator = SeededGenerator(seed: 52)
    var refused = 0
    for _ in 0..<3000 {
      var mutated = small
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let at = Int.random(in: 0..<small.count, using: &generator)
        mutated[at] = UInt8.random(in: 0...255, using: &generator)
      }
      if (try? SafeTensors(decoding: mutated, path: "x")) == nil { refused += 1 }
    }
    #expect(refused > 1000)
    for _ in 0..<40 {
      var mutated = Array(bytes[..<headerCount(bytes)])
      let at = Int.random(in: 0..<mutated.count, using: &generator)
      mutated[at] = UInt8.random(in: 0...255, using: &generator)
      _ = refusal(mutated + bytes[headerCount(bytes)...])
    }
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}"#, "'a'"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "'a'"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "'a'"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "'a'"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "'a'"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, "'a'"),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,4]}}"#, "'a'"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,4]}}"#, "'a'"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      "'b': expected a place of its own"
    ),
    (#"{"a":[]}"#, "'a'"), (#"{"__metadata__":[]}"#, "metadata"), (#"[]"#, "JSON"),
    (#"{"a""#, "JSON"), ("", "JSON"),
  ])
  func headersThatLieAreRefused(header: String, problem: String) {
    let count = UInt8(header.utf8.count)
    let bytes = [count, 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0]
    #expect {
      try SafeTensors(decoding: bytes, path: "x")
    } throws: { error in
      (error as? ModelFileError)?.description.contains(problem) == true
    }
  }

  /// Names come from the file, and an error is one line.
  @Test func namesOfArraysAreHarmless() {
    let header = #"{"a\n\u001b[2J":[]}"#
    let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
    #expect {
      try SafeTensors(decoding: bytes, path: "x")
    } throws: { error in
      (error as? ModelFileError)?.description == "x: tensor 'a??[2J': expected type F32"
    }
  }

  @Test(
    arguments: [
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0x80],
      [1, 0, 16, 0, 0, 0, 0, 0],
    ] as [[UInt8]])
  func absurdHeaderLengthsAreRefused(length: [UInt8]) {
    #expect(
      refusal(length + [UInt8](repeating: 0x20, count: 64))?.problem.contains("byte 0") == true)
  }

  /// Of arrays that a kit does not know, none is decoded; the first is refused by its name.
  @Test func onlyWhatIsKnownIsDecoded() throws {
    var file = try SafeTensors(decoding: kit.encoded(), path: "x")
    file.tensors["x"] = .init(shape: [2, 2], values: [.nan, .nan, .nan, .nan])
    let header = try SafeTensors.Header(decoding: file.encoded(), path: "x")
    #expect(header.shapes["x"] == [2, 2])
    #expect(header.tensor("y", in: file.encoded()).values.isEmpty)
    #expect(refusal(file.encoded())?.problem.contains("'x'") == true)
  }

  @Test func otherKitsAreRefused() {
    let count = DrumKit.grid.binCount * DrumKit.frameCount
    let good = SafeTensors.Tensor(
      shape: [DrumKit.frameCount, DrumKit.grid.binCount],
      values: [Float](repeating: 0.5, count: count))
    func changed(_ change: (inout SafeTensors) -> Void) -> String? {
      guard var file = try? SafeTensors(decoding: kit.encoded(), path: "x") else { return nil }
      change(&file)
      return refusal(file.encoded())?.problem
    }
    #expect(changed { $0.metadata["format"] = "other" }?.contains("drum kit") == true)
    #expect(changed { $0.metadata["version"] = "2" }?.contains("version 1") == true)
    #expect(changed { $0.metadata["hop"] = "256" }?.contains("hop") == true)
    #expect(changed { $0.tensors = [:] }?.contains("at least one") == true)
    #expect(changed { $0.tensors["128"] = good }?.contains("'128'") == true)
    #expect(changed { $0.tensors["x"] = good }?.contains("'x'") == true)
    #expect(changed { $0.tensors["38"] = .init(shape: [1], values: [0]) }?.contains("'38'") == true)
    for value in [-1, Float.nan, .infinity] {
      #expect(
        changed {
          $0.tensors["38"] = good
          $0.tensors["38"]?.values[7] = value
        }?.contains("'38'") == true)
    }
    #expect(changed { $0.tensors["38"] = good } == nil)
  }
}

extension SafeTensors {
  fileprivate static var small: SafeTensors {
    var file = SafeTensors()
    file.metadata = ["format": "test"]
    file.tensors = ["a": Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])]
    return file
  }
}
