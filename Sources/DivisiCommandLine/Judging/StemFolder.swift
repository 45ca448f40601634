import FoundationEssentials
import Terminal

/// A folder of stems, one audio file per part, named after it.
struct StemFolder {
  /// One file: the name it has without extension, and its path.
  struct Stem {
    let name: String
    let path: String

    /// What two names of one part have in common.
    var key: String { StemFolder.key(name) }
  }

  /// Names that data sets give to drums, and the parts they mean.
  private static let aliases = ["kd": "kick", "sd": "snare", "hh": "hihat"]
  /// What recordings are called that lie beside their stems.
  private static let mixtureNames: Set = ["mix", "mixture"]
  private static let extensions: Set = [
    "aif", "aifc", "aiff", "au", "caf", "flac", "mp3", "oga", "ogg", "opus", "rf64", "snd", "w64",
    "wav",
  ]

  let path: String
  /// In the order of their names, the mixture aside.
  let stems: [Stem]
  /// The file called `mix` or `mixture`, if there is one.
  let mixture: Stem?
  /// The names of folders in it, in order; hidden ones aside.
  let folders: [String]

  /// Lists a folder.
  ///
  /// - Parameter what: what it should be, for the error.
  init(_ path: String, what: String) throws {
    let files: [String]
    do {
      files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw Failure("\(path): expected \(what); it cannot be read")
    }
    self.path = path
    let audio: [Stem] = files.compactMap { file in
      let url = URL(fileURLWithPath: file)
      guard Self.extensions.contains(url.pathExtension.lowercased()), !file.hasPrefix(".") else {
        return nil
      }
      return Stem(name: url.deletingPathExtension().lastPathComponent, path: "\(path)/\(file)")
    }
    stems = audio.filter { !Self.mixtureNames.contains($0.key) }
    mixture = audio.first { Self.mixtureNames.contains($0.key) }
    folders = files.filter { file in
      var isFolder = false
      let exists = FileManager.default.fileExists(atPath: "\(path)/\(file)", isDirectory: &isFolder)
      return exists && isFolder && !file.hasPrefix(".")
    }
  }

  /// The file of a part; nil where there is none.
  ///
  /// - Throws: if there are two.
  func stem(of part: String, what: String) throws -> Stem? {
    let found = stems.filter { $0.key == Self.key(part) }
    if found.count > 1 {
      throw Failure(
        "\(found[1].path): expected one \(what) for the part '\(part)'; \(found[0].path) is one too"
      )
    }
    return found.first
  }

  /// What a name of a part is compared by: in any case, drums by any of their names.
  static func key(_ name: String) -> String {
    let lowercased = name.lowercased()
    return aliases[lowercased] ?? lowercased
  }
}
