import LV2TestSupport
import Testing

@testable import DivisiHost

/// What is said about plugins, and how their controls belong together.
@Suite struct SessionTests {
  @Test func controlsOfAPartAreAStrip() throws {
    let described = try DescribedPlugin([
      DescribedPlugin.control("resolution"), DescribedPlugin.control("gain_kick"),
      DescribedPlugin.control("level_kick", isInput: false), DescribedPlugin.control("pan_kick"),
      DescribedPlugin.control("level_mix", isInput: false), DescribedPlugin.control("mute_tom"),
    ])
    #expect(
      Strip.all(of: described.plugin) == [
        Strip(
          name: "kick", title: "gain_kick", gain: "gain_kick", mute: nil, solo: nil,
          pan: "pan_kick",
          level: "level_kick"),
        Strip(
          name: "mix", title: "level_mix", gain: nil, mute: nil, solo: nil, pan: nil,
          level: "level_mix"),
      ])
  }

  @Test(arguments: [
    ("lv2:default 1 ; lv2:minimum 0 ; lv2:maximum 4.5", "1 of 0 to 4.5"),
    ("lv2:minimum 0", "0 or more"), ("lv2:maximum 3", "up to 3"), ("", ""),
    (
      "lv2:default 0 ; lv2:minimum 0 ; lv2:maximum 1 ; lv2:portProperty lv2:toggled",
      "0 of 0 to 1, off or on"
    ),
    (
      "lv2:default 2 ; lv2:minimum 1 ; lv2:maximum 9 ; lv2:portProperty lv2:integer",
      "2 of 1 to 9, whole"
    ),
    (
      "lv2:default 1 ; lv2:minimum 0 ; lv2:maximum 1 ; lv2:scalePoint [ rdfs:label \"on\" ; rdf:value 1 ]",
      "1 of 0 to 1 (on 1)"
    ),
  ])
  func rangesAreSaid(more: String, text: String) throws {
    let described = try DescribedPlugin([DescribedPlugin.control("x", more)])
    #expect(Listing.range(described.plugin.ports[0]) == text)
  }

  @Test(arguments: [(Float(3), "3"), (-2.5, "-2.5"), (1e10, "1e+10"), (0, "0")])
  func numbersAreShort(value: Float, text: String) { #expect(Listing.number(value) == text) }

  @Test func namesOfClientsAreASCII() {
    #expect(Play.shortName("Divisi Drums") == "divisi-drums")
    #expect(Play.shortName("Ünï!") == "n")
    #expect(Play.shortName("éè") == "divisi-host")
    #expect(Play.shortName(String(repeating: "a", count: 100)).count == 60)
  }
}
