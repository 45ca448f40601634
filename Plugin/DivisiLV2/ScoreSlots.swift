// Thread: worker

internal import Glibc

/// The scores that a number chooses, for hosts that can set nothing but numbers.
enum ScoreSlots {
  /// Where they are: `$XDG_DATA_HOME/divisi/scores`, or under `~/.local/share`.
  static func folder() -> String {
    if let home = environment("XDG_DATA_HOME") { return home + "/divisi/scores" }
    return (environment("HOME") ?? "") + "/.local/share/divisi/scores"
  }

  /// The first file, by name, that begins with a number: `3.mid`, `03 nocturne.xml`, not `30.mid`.
  static func name(ofSlot slot: Int, in folder: String) -> String? {
    names(in: folder).filter { name in
      let digits = name.prefix { $0.isASCII && $0.isNumber }
      return Int(digits) == slot
    }.min()
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value[0] != 0 else { return nil }
    return String(cString: value)
  }
}
