import DivisiDSP

extension NoteBank {
  private static let format = "divisi-note-bank"
  private static let version = "1"

  /// The bytes of a safetensors file: one 3 × K array per MIDI pitch.
  public func encoded() -> [UInt8] {
    var file = SafeTensors()
    file.metadata = [
      "format": Self.format, "version": Self.version, "origin": origin,
      "sample_rate": String(Int(Self.grid.sampleRate)), "window": String(Self.grid.windowLength),
      "hop": String(Self.grid.hopSize), "parts": Self.kinds.joined(separator: ","),
      "tuning": String(Int(tuningCents.rounded())),
    ]
    for (pitch, kinds) in templates {
      file.tensors[String(pitch)] = SafeTensors.Tensor(
        shape: [kinds.count, kinds[0].count], values: kinds.flatMap { $0 })
    }
    return file.encoded()
  }

  /// Reads what ``encoded()`` wrote.
  ///
  /// - Parameter path: names the file in errors.
  /// - Throws: if the bytes are no bank, are damaged, or are of another version or grid.
  public init(decoding bytes: [UInt8], path: String) throws(ModelFileError) {
    func refuse(_ problem: String) -> ModelFileError {
      ModelFileError(path: path, problem: problem)
    }
    let file = try SafeTensors.Header(decoding: bytes, path: path)
    guard file.metadata["format"] == Self.format else {
      throw refuse(
        "expected a note bank (format '\(Self.format)'), found \(file.kind)"
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
        "expected templates at rate, window and hop \(wanted.joined(separator: ", ")), "
          + "found \(found.joined(separator: ", "))")
    }
    guard let tuning = Int(file.metadata["tuning"] ?? ""), abs(tuning) <= 100 else {
      throw refuse("expected a tuning of at most 100 cents")
    }
    var templates: [Int: [[Float]]] = [:]
    for (name, shape) in file.shapes {
      guard let pitch = Int(name), (0...127).contains(pitch), shape.count == 2,
        shape[0] == Self.kinds.count, (2...Self.grid.binCount).contains(shape[1]),
        case let values = file.tensor(name, in: bytes).values,
        values.allSatisfy({ $0 >= 0 && $0 <= 1.001 })
      else {
        throw refuse(
          "tensor '\(name)': expected a MIDI pitch with \(Self.kinds.count) templates of at most "
            + "\(Self.grid.binCount) values from 0 to 1")
      }
      let count = shape[1]
      templates[pitch] = (0..<Self.kinds.count).map {
        Array(values[$0 * count..<($0 + 1) * count])
      }
    }
    guard !templates.isEmpty else { throw refuse("expected at least one pitch") }
    self.init(
      templates: templates, tuningCents: Double(tuning), origin: file.metadata["origin"] ?? "")
  }
}
