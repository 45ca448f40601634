/// The safetensors format: named arrays of single-precision numbers and text about them.
///
/// Eight bytes of header length, a JSON header, the numbers. Unlike other formats for models it
/// holds data only, nothing that could run.
struct SafeTensors {
  /// One array; the last dimension is contiguous.
  struct Tensor: Equatable {
    var shape: [Int]
    var values: [Float]
  }

  var tensors: [String: Tensor] = [:]
  var metadata: [String: String] = [:]

  private static let maximumHeaderBytes = 1 << 20

  /// The bytes of a file; the same contents give the same bytes.
  func encoded() -> [UInt8] {
    Self.encoded(metadata: metadata, shapes: tensors.mapValues(\.shape)) {
      self.tensors[$0]?.values ?? []
    }
  }

  /// The bytes of a file whose arrays are made one after the other, so that there is never more than one of
  /// them beside what is encoded.
  ///
  /// - Parameters:
  ///   - shapes: by name.
  ///   - values: as many as the shape says, the last dimension contiguous; asked once for each name.
  static func encoded(
    metadata: [String: String], shapes: [String: [Int]], values: (_ name: String) -> [Float]
  ) -> [UInt8] {
    var header: [String: JSONValue] = [
      "__metadata__": .object(metadata.mapValues(JSONValue.string))
    ]
    let names = shapes.keys.sorted()
    var end = 0
    for name in names {
      let (shape, start) = (shapes[name] ?? [], end)
      end += 4 * shape.reduce(1, *)
      header[name] = .object([
        "dtype": .string("F32"), "shape": .array(shape.map(JSONValue.integer)),
        "data_offsets": .array([.integer(start), .integer(end)]),
      ])
    }
    var text = Array(JSONValue.object(header).text.utf8)
    while text.count % 8 != 0 { text.append(0x20) }
    var result: [UInt8] = []
    result.reserveCapacity(8 + text.count + end)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { result += $0 }
    result += text
    for name in names {
      let words = values(name).lazy.map(\.bitPattern.littleEndian)
      for word in words { withUnsafeBytes(of: word) { result += $0 } }
    }
    return result
  }

  /// Reads all arrays of a file.
  ///
  /// - Throws: a ``ModelFileError`` that names what is wrong with `path`.
  init(decoding bytes: [UInt8], path: String) throws(ModelFileError) {
    let header = try Header(decoding: bytes, path: path)
    metadata = header.metadata
    for name in header.shapes.keys { tensors[name] = header.tensor(name, in: bytes) }
  }

  init() {}
}
