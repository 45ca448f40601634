import BundleSupport
import Testing

/// An object that is older than its sources is not tested by mistake.
@Suite struct StalenessTests {
  @Test func aBundleIsHeldAgainstItsSources() throws {
    let folder = try TemporaryFolder()
    let bundle = folder.file("bundle")
    #expect(PluginBundle.problem(of: bundle)?.hasSuffix("there is no plugin: make bundle") == true)
    try folder.write("object", to: "bundle/divisi.lv2/divisi.so")
    #expect(PluginBundle.problem(of: bundle)?.hasSuffix("there is no plugin: make bundle") == true)
    try folder.write("let a = 1", to: "Sources/a.swift")
    let sources = folder.file("Sources")
    let digest = try #require(PluginBundle.digest([sources]))
    try folder.write("\(digest)\n\(sources)\n", to: "bundle.sources")
    #expect(PluginBundle.problem(of: bundle) == nil)
    // Another text, and one more file.
    for (name, text) in [("Sources/a.swift", "let a = 2"), ("Sources/b.swift", "let b = 1")] {
      try folder.write("let a = 1", to: "Sources/a.swift")
      try folder.write(text, to: name)
      #expect(
        PluginBundle.problem(of: bundle)?.hasSuffix("is older than the sources: make bundle")
          == true, "\(name)")
    }
  }
}
