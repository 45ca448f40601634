import LV2TestSupport
import Testing

@testable import DivisiHost

/// Wildcards in addresses, and what addresses mean.
@Suite struct OSCPatternTests {
  @Test(arguments: [
    ("gain", ["gain"], ["gai", "gains", ""]),
    ("ga?n", ["gain", "ga?n"], ["gan", "gaiin"]),
    ("*", ["", "anything"], []),
    ("g*n", ["gn", "gain", "gnn"], ["gains"]),
    ("[a-c]x", ["ax", "cx"], ["dx", "x"]),
    ("[c-a]x", ["bx"], ["dx"]),
    ("[!a-c]x", ["dx"], ["ax"]),
    ("[ab-]", ["a", "-"], ["c"]),
    ("{snare,kick}_l", ["snare_l", "kick_l"], ["snare", "tom_l"]),
    ("{,x}y", ["y", "xy"], ["xxy"]),
    ("a[b", ["a[b"], ["ab"]), ("a{b", ["a{b"], ["ab"]),
    ("**a**", ["a", "xax"], ["b"]),
  ])
  func wildcardsMatch(pattern: String, names: [String], others: [String]) {
    let pattern = OSCPattern(pattern)
    for name in names { #expect(pattern.matches(name), "\(name)") }
    for name in others { #expect(!pattern.matches(name), "\(name)") }
  }

  /// Ways of reading double with each star, and are not tried one by one.
  @Test func manyStarsAreQuick() {
    #expect(
      !OSCPattern(String(repeating: "a*", count: 60) + "b")
        .matches(String(repeating: "a", count: 250)))
  }

  @Test(arguments: [("gain", false), ("ga?n", true), ("a*", true), ("[a]", true), ("{a}", true)])
  func wildcardsAreSeen(text: String, isOne: Bool) {
    #expect(OSCPattern.isOne(text) == isOne)
  }

  private func controls() throws -> (OSCControls, DescribedPlugin) {
    let described = try DescribedPlugin([
      DescribedPlugin.control("gain_kick"),
      DescribedPlugin.control("mute_kick", "lv2:portProperty lv2:toggled"),
      DescribedPlugin.control("gain_snare"), DescribedPlugin.control("resolution"),
      DescribedPlugin.control("preset"), DescribedPlugin.control("level_kick", isInput: false),
    ])
    return (OSCControls(of: described.plugin, commands: ["preset"]), described)
  }

  @Test func stripsHaveAddresses() throws {
    let (controls, _) = try controls()
    #expect(controls["gain_kick"]?.address == "/divisi/kick/gain")
    #expect(controls["level_kick"]?.address == "/divisi/kick/level")
    #expect(controls["resolution"]?.address == "/divisi/resolution")
    #expect(controls["preset"]?.address == nil, "a command goes first")
    #expect(controls["mute_kick"]?.isToggled == true && controls["gain_kick"]?.isToggled == false)
    #expect(
      controls["preset"]?.message(2)
        == OSCMessage("/divisi/control", .text("preset"), .number(2)))
  }

  @Test func namesAndPatternsMeanControls() throws {
    let (controls, _) = try controls()
    func symbols(_ name: String) -> [String] { controls.matching(name).map(\.symbol) }
    #expect(symbols("kick/gain") == ["gain_kick"])
    #expect(symbols("gain_kick") == ["gain_kick"])
    #expect(symbols("*/gain") == ["gain_kick", "gain_snare"])
    #expect(symbols("kick/*") == ["gain_kick", "mute_kick", "level_kick"])
    #expect(symbols("{gain_kick,resolution}") == ["gain_kick", "resolution"])
    #expect(symbols("preset").isEmpty && symbols("none").isEmpty && symbols("").isEmpty)
    #expect(symbols(String(repeating: "*", count: 300)).isEmpty)
  }
}
