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
    var header: [String: JSONValue] = [
      "__metadata__": .object(metadata.mapValues(JSONValue.string))
    ]
    var data: [UInt8] = []
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = data.count
      for value in tensor.values { Self.append(UInt64(value.bitPattern), byteCount: 4, to: &data) }
      header[name] = .object([
        "dtype": .string("F32"), "shape": .array(tensor.shape.map(JSONValue.integer)),
        "data_offsets": .array([.integer(start), .integer(data.count)]),
      ])
    }
    var text = Array(JSONValue.object(header).text.utf8)
    while text.count % 8 != 0 { text.append(0x20) }
    var result: [UInt8] = []
    Self.append(UInt64(text.count), byteCount: 8, to: &result)
    return result + text + data
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: a ``ModelFileError`` that names what is wrong with `path`.
  init(decoding bytes: [UInt8], path: String) throws(ModelFileError) {
    func damaged(_ problem: String) -> ModelFileError {
      ModelFileError(path: path, problem: problem)
    }
    guard bytes.count >= 8 else {
      throw damaged("expected a safetensors file, found \(bytes.count) bytes")
    }
    let length = Self.number(bytes[0..<8])
    guard length <= Self.maximumHeaderBytes, 8 + Int(length) <= bytes.count else {
      throw damaged("byte 0: expected the length of a safetensors header, found \(length)")
    }
    let data = bytes[(8 + Int(length))...]
    guard let header = JSONValue(parsing: bytes[8..<8 + Int(length)])?.object else {
      throw damaged("byte 8: expected a JSON header")
    }
    for (name, entry) in header {
      if name == "__metadata__" {
        guard let members = entry.object else {
          throw damaged("'__metadata__': expected an object")
        }
        metadata = members.compactMapValues(\.string)
        continue
      }
      guard let dtype = entry.object?["dtype"]?.string, dtype == "F32" else {
        throw damaged("tensor '\(name)': expected type F32")
      }
      guard let shape = entry.object?["shape"]?.integers,
        let offsets = entry.object?["data_offsets"]?.integers, offsets.count == 2, offsets[0] >= 0,
        offsets[0] <= offsets[1], offsets[1] <= data.count, let count = Self.product(shape),
        offsets[1] - offsets[0] == 4 * count
      else {
        throw damaged("tensor '\(name)': expected offsets within the file that fit its shape")
      }
      var values: [Float] = []
      values.reserveCapacity(count)
      for index in 0..<count {
        let at = data.startIndex + offsets[0] + 4 * index
        values.append(Float(bitPattern: UInt32(Self.number(data[at..<at + 4]))))
      }
      tensors[name] = Tensor(shape: shape, values: values)
    }
  }

  init() {}

  private static func product(_ shape: [Int]) -> Int? {
    var product = 1
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard !overflow, next <= Int.max / 8 else { return nil }
      product = next
    }
    return product
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func append(_ number: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
    for index in 0..<byteCount {
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(index))))
    }
  }
}
