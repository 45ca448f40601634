import Glibc

/// The program or the shared library that this code is part of.
enum LoadedObject {
  /// Its file, absolute; nil where the system does not tell.
  ///
  /// From the map of the process, since a program that was found by its name, or a library that was loaded by a relative path,
  /// does not know where it is.
  static let path: String? = {
    let address = unsafeBitCast(marker, to: UInt.self)
    guard let maps = fopen("/proc/self/maps", "re") else { return nil }
    defer { fclose(maps) }
    var text: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(text) }
    while getline(&text, &capacity, maps) > 0, let text {
      // As in "7f00-7f10 r-xp 00000000 08:01 1234    /usr/lib/libdivisi.so.0".
      let line = String(cString: text)
      let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, (ends[0]..<ends[1]).contains(address) else { continue }
      return line.firstIndex(of: "/").map { String(line[$0...].prefix { $0 != "\n" }) }
    }
    return nil
  }()
}

/// A function with an address in it.
private let marker: @convention(c) () -> Void = {}
