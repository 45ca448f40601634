import Testing

/// Programs that look at plugins.
@Suite struct ToolTests {
  @Test func theValidatorFindsNoError() throws {
    let output = try Child.run(
      "sh",
      [
        "-c", "exec lv2_validate \"$0\"/divisi.lv2/*.ttl \"$0\"/divisi-presets.lv2/*.ttl 2>&1",
        Bundle.folder,
      ])
    #expect(output.contains("Found 0 errors"))
  }

  @Test func lv2lsFindsAll() throws {
    let listed = try Child.run("lv2ls", []).split(separator: "\n").map(String.init)
    #expect(listed.filter { $0.hasPrefix("urn:divisi:") } == Bundle.all.sorted())
  }

  @Test(arguments: Bundle.all)
  func lv2infoReadsThem(uri: String) throws {
    let output = try Child.run("lv2info", [uri])
    #expect(output.contains("Author:            Divisi developers"))
    #expect(output.contains("Has latency:       yes"))
    let plugin = try Bundle.world().plugin(uri)
    #expect(output.contains("Name:              \(plugin.name)"))
    for port in plugin.ports { #expect(output.contains("Symbol:      \(port.symbol)\n")) }
  }

  @Test(arguments: Bundle.all)
  func lv2benchRunsThem(uri: String) throws {
    let output = try Child.run("lv2bench", ["-n", "32768", "-b", "500", uri])
    let fields = output.split { $0 == " " || $0 == "\n" }
    #expect(fields.count == 2 && Double(fields[0]) != nil && fields[1] == uri, "\(output)")
  }
}
