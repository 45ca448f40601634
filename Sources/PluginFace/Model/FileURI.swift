/// Files in lists as they are dropped or pasted: `text/uri-list`, or plain paths.
enum FileURI {
  /// The paths of a list, line by line; what is neither a file of this machine nor an absolute path is left out.
  static func paths(_ list: [UInt8]) -> [String] {
    list.split { $0 == 10 || $0 == 13 || $0 == 0 }.compactMap { path(Array($0)) }
  }

  private static func path(_ line: [UInt8]) -> String? {
    let scheme = Array("file://".utf8)
    guard line.starts(with: scheme) else {
      return line.first == UInt8(ascii: "/") ? String(decoding: line, as: UTF8.self) : nil
    }
    // A host's name may stand before the path, and has to be this one's.
    let rest = line.dropFirst(scheme.count).drop { $0 != UInt8(ascii: "/") }
    var bytes: [UInt8] = []
    var index = rest.startIndex
    while index < rest.endIndex {
      if rest[index] == UInt8(ascii: "%"), index + 2 < rest.endIndex,
        let value = UInt8(String(decoding: rest[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        index += 3
      } else {
        bytes.append(rest[index])
        index += 1
      }
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
