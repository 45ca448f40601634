import FoundationEssentials

/// The program or the shared library that this code is part of.
enum LoadedObject {
  /// Its file; nil where the system does not tell.
  ///
  /// A program that was found by its name alone, or a library by a relative path, has no other way to know.
  static let path: String? = {
    let address = unsafeBitCast(marker, to: UInt.self)
    guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else {
      return nil
    }
    for line in maps.split(separator: "\n") {
      // As in "7f00-7f10 r-xp 00000000 08:01 1234    /usr/lib/libdivisi.so.0".
      let fields = line.split(separator: " ", maxSplits: 5)
      let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard fields.count == 6, ends.count == 2, ends[0] <= address, address < ends[1] else {
        continue
      }
      return fields[5].trimmingPrefix { $0 == " " }.description
    }
    return nil
  }()
}

/// A function with an address in it.
private let marker: @convention(c) () -> Void = {}
