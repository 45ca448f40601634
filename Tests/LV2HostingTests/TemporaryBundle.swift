import Glibc

/// A bundle that is there for one test.
final class TemporaryBundle {
  let path: String

  /// Makes a bundle of files, by name.
  init(_ files: [String: String]) {
    var template = Array("/tmp/divisi-bundle-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
    for (name, text) in files { write(text, to: name) }
  }

  deinit {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        unlink(file(withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }))
      }
      closedir(directory)
    }
    rmdir(path)
  }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) {
    guard let file = fopen(file(name), "w") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }
}

/// The prefixes that presets use, on four lines.
let prefixes = """
  @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
  @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
  @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
  @prefix state: <http://lv2plug.in/ns/ext/state#> .

  """

/// A manifest that mentions presets of the plugin `urn:p`.
func manifest(_ names: String...) -> String {
  prefixes
    + names.map {
      "<urn:\($0)> a pset:Preset ; lv2:appliesTo <urn:p> ; rdfs:seeAlso <\($0).ttl> .\n"
    }
    .joined()
}

/// A preset with one port, whose value stands on line 6.
func preset(_ name: String, value: String = "1") -> String {
  prefixes + """
    <urn:\(name)> a pset:Preset ; lv2:appliesTo <urn:p> ;
      lv2:port [ lv2:symbol "gain" ; pset:value \(value) ] .

    """
}
