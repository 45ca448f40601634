import Foundation
import Testing

/// What the tests of the host compile from `Tests/RealTime`.
enum JackTools {
  private static let sources = Project.root + "/Tests/RealTime/"

  private static func compile(_ source: String, to path: String, _ flags: [String]) throws {
    let run = try Child.run(
      "cc", ["-O1", "-g", sources + source, "-o", path, "-shared", "-fPIC", "-ldl"] + flags)
    try #require(run.status == 0, "the tests need cc and libjack-jackd2-dev: \(run.errors)")
  }

  /// The library that counts what a process callback may not do.
  static func counter(in folder: TemporaryFolder) throws -> String {
    try compile("jackcount.c", to: folder.file("jackcount.so"), [])
    return folder.file("jackcount.so")
  }

  /// A folder with a bundle for the plugin of `faulty.c`, which does something wrong in a late block.
  ///
  /// - Parameters:
  ///   - ports: in Turtle, without index.
  ///   - name: of the plugin.
  static func bundle(
    in folder: TemporaryFolder, fault: String = "HARMLESS", name: String = "Faulty",
    ports: [String] = audioPorts
  ) throws -> String {
    let bundle = folder.file("lv2/faulty.lv2")
    try FileManager.default.createDirectory(atPath: bundle, withIntermediateDirectories: true)
    try compile("faulty.c", to: bundle + "/faulty.so", ["-D\(fault)", "-DFIRST=20"])
    let list = ports.enumerated().map { "[ lv2:index \($0) ; \($1) ]" }.joined(separator: " , ")
    let text = """
      @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
      @prefix doap: <http://usefulinc.com/ns/doap#> .
      <urn:test:faulty> a lv2:Plugin ; lv2:binary <faulty.so> ; doap:name "\(name)" ;
        lv2:port \(list) .
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: bundle + "/manifest.ttl"))
    return folder.file("lv2")
  }

  static let audioPorts = [
    "a lv2:InputPort, lv2:AudioPort ; lv2:symbol \"in\" ; lv2:name \"In\"",
    "a lv2:OutputPort, lv2:AudioPort ; lv2:symbol \"out\" ; lv2:name \"Out\"",
  ]
}
