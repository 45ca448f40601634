extension SafeTensors {
  /// What a file says about its arrays, none of which is decoded before all of this holds: each lies within
  /// the file, apart from all others, and is as long as its shape says. So all of them together take no
  /// more memory than the file has bytes.
  struct Header {
    private(set) var metadata: [String: String] = [:]
    /// By name.
    private(set) var shapes: [String: [Int]] = [:]
    /// Where they lie in the file.
    private var ranges: [String: Range<Int>] = [:]

    private static let maximumByteCount = 1 << 20

    /// Reads the header of a file.
    ///
    /// - Throws: a ``ModelFileError`` that names what is wrong with `path`.
    init(decoding bytes: [UInt8], path: String) throws(ModelFileError) {
      func damaged(_ problem: String) -> ModelFileError {
        ModelFileError(path: path, problem: problem)
      }
      guard bytes.count >= 8 else {
        throw damaged("expected a safetensors file, found \(bytes.count) bytes")
      }
      let length = bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard length <= Self.maximumByteCount, 8 + Int(length) <= bytes.count else {
        throw damaged("byte 0: expected the length of a safetensors header, found \(length)")
      }
      let start = 8 + Int(length)
      guard let header = JSONValue(parsing: bytes[8..<start])?.object else {
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
          let offsets = entry.object?["data_offsets"]?.integers, offsets.count == 2,
          offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= bytes.count - start,
          let count = Self.product(shape), offsets[1] - offsets[0] == 4 * count
        else {
          throw damaged("tensor '\(name)': expected offsets within the file that fit its shape")
        }
        shapes[name] = shape
        ranges[name] = start + offsets[0]..<start + offsets[1]
      }
      var end = start
      for (name, range) in ranges.sorted(by: {
        ($0.value.lowerBound, $0.key) < ($1.value.lowerBound, $1.key)
      })
      where !range.isEmpty {
        guard range.lowerBound >= end else {
          throw damaged("tensor '\(name)': expected a place of its own; it overlaps another tensor")
        }
        end = range.upperBound
      }
    }

    /// One array; empty where there is none of this name.
    ///
    /// - Parameter bytes: those that the header was read from.
    func tensor(_ name: String, in bytes: [UInt8]) -> Tensor {
      guard let range = ranges[name], let shape = shapes[name] else {
        return Tensor(shape: [0], values: [])
      }
      let values = bytes.withUnsafeBytes { file in
        stride(from: range.lowerBound, to: range.upperBound, by: 4).map {
          Float(
            bitPattern: UInt32(
              littleEndian: file.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
        }
      }
      return Tensor(shape: shape, values: values)
    }

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
  }
}
