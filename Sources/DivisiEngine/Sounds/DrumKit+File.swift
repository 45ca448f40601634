import DivisiDSP

extension DrumKit {
  private static let format = "divisi-drum-kit"
  private static let version = "1"
  /// Templates are at most about 1; sums of what is far above it would overflow.
  private static let largestValue: Float = 1e6

  /// The bytes of a safetensors file: one T × K array per General MIDI drum number.
  public func encoded() -> [UInt8] {
    var file = SafeTensors()
    file.metadata = [
      "format": Self.format, "version": Self.version, "origin": origin,
      "sample_rate": String(Int(Self.grid.sampleRate)), "window": String(Self.grid.windowLength),
      "hop": String(Self.grid.hopSize),
    ]
    for (articulation, patch) in patches {
      file.tensors[String(articulation)] = SafeTensors.Tensor(
        shape: [Self.frameCount, Self.grid.binCount], values: patch)
    }
    return file.encoded()
  }

  /// Reads what ``encoded()`` wrote.
  ///
  /// - Parameter path: names the file in errors.
  /// - Throws: if the bytes are no kit, are damaged, or are of another version or grid.
  public init(decoding bytes: [UInt8], path: String) throws(ModelFileError) {
    func refuse(_ problem: String) -> ModelFileError {
      ModelFileError(path: path, problem: problem)
    }
    let file = try SafeTensors.Header(decoding: bytes, path: path)
    guard file.metadata["format"] == Self.format else {
      throw refuse(
        "expected a drum kit (format '\(Self.format)'), found \(file.kind)"
      )
    }
    guard file.metadata["version"] == Self.version else {
      throw refuse(
        "expected version \(Self.version), found '\(file.metadata["version"] ?? "none")'")
    }
    let wanted = [Int(Self.grid.sampleRate), Self.grid.windowLength, Self.grid.hopSize]
      .map { String($0) }
    let found = ["sample_rate", "window", "hop"].map { file.metadata[$0] ?? "none" }
    guard found == wanted else {
      throw refuse(
        "expected patches at rate, window and hop \(wanted.joined(separator: ", ")), "
          + "found \(found.joined(separator: ", "))")
    }
    var patches: [Int: Patch] = [:]
    for (name, shape) in file.shapes {
      guard let articulation = Int(name), (0...127).contains(articulation),
        shape == [Self.frameCount, Self.grid.binCount],
        case let values = file.tensor(name, in: bytes).values,
        values.allSatisfy({ $0 >= 0 && $0 <= Self.largestValue })
      else {
        throw refuse(
          "tensor '\(name)': expected a drum number with \(Self.frameCount) × \(Self.grid.binCount) values from 0 to \(Self.largestValue)"
        )
      }
      patches[articulation] = values
    }
    guard !patches.isEmpty else { throw refuse("expected at least one drum") }
    self.init(patches: patches, origin: file.metadata["origin"] ?? "")
  }
}
