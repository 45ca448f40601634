internal import Glibc

/// The file that tells hosts what is in a bundle.
enum Manifest {
  static let fileName = "manifest.ttl"

  /// What the words of states stand for; lilv leaves it out where it writes to memory.
  static let prefixes =
    [
      "atom": "http://lv2plug.in/ns/ext/atom#", "lv2": "http://lv2plug.in/ns/lv2core#",
      "pset": "http://lv2plug.in/ns/ext/presets#",
      "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
      "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "state": "http://lv2plug.in/ns/ext/state#",
      "xsd": "http://www.w3.org/2001/XMLSchema#",
    ].sorted { $0.key < $1.key }.map { "@prefix \($0.key): <\($0.value)> .\n" }.joined() + "\n"

  /// The manifest of a folder once it has a state; nil if the one that is there holds.
  ///
  /// - Parameters:
  ///   - state: what the state is called; nil for its file's own name.
  ///   - plugin: the URI of the plugin that it is for.
  /// - Throws: if there is one that cannot be read, and so must not be replaced.
  static func bytes(
    at folder: String, state: String?, of plugin: String
  ) throws(HostingError) -> [UInt8]? {
    let file = "<\(State.fileName)>"
    let subject = state.map { "<\($0)>" } ?? file
    // In full, so that it can stand behind what others have written.
    let entry = """
      \(subject)
      \ta <http://lv2plug.in/ns/ext/presets#Preset> ;
      \t<http://lv2plug.in/ns/lv2core#appliesTo> <\(plugin)> ;
      \t<http://www.w3.org/2000/01/rdf-schema#seeAlso> \(file) .

      """
    let place = folder + "/" + fileName
    guard let old = Disk.read(place) else {
      let problem = errno
      guard problem == ENOENT else {
        throw HostingError(place, "expected to read this; \(String(cString: strerror(problem)))")
      }
      return Array(entry.utf8)
    }
    if old.isEmpty { return Array(entry.utf8) }
    let text = String(decoding: old, as: UTF8.self)
    if text == entry { return nil }
    // Whatever begins a line may be a subject, also one that has a prefix; lilv indents the rest. Comments are somebody's.
    let subjects = text.split(whereSeparator: \.isNewline).filter { line in
      !["@prefix", "\t", " "].contains { line.hasPrefix($0) }
    }
    // A manifest of nothing else is written anew, since it may be of another plugin.
    if !subjects.isEmpty, subjects.allSatisfy({ $0.hasPrefix(subject) }) {
      return Array(entry.utf8)
    }
    return text.contains(subject) ? nil : old + Array(("\n" + entry).utf8)
  }
}
