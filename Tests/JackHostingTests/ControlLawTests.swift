import LV2Hosting
import LV2TestSupport
import Testing

@testable import JackHosting

/// What the 128 values of a controller mean.
@Suite struct ControlLawTests {
  private func values(_ more: String) throws -> [Float] {
    let described = try DescribedPlugin([DescribedPlugin.control("x", more)])
    let values = ControlLaw.values(of: described.plugin.ports[0])
    try #require(values.count == 128)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "up is more")
    return values
  }

  @Test func aRangeIsCrossedEvenly() throws {
    let values = try values("lv2:minimum -1.0 ; lv2:maximum 3.0")
    #expect(values[0] == -1 && values[127] == 3)
    #expect(abs(values[64] - (-1 + 4 * 64 / 127.0)) < 1e-5)
  }

  @Test func withoutARangeItIsZeroToOne() throws {
    let values = try values("")
    #expect(values[0] == 0 && values[127] == 1)
  }

  @Test func togglesChangeInTheMiddle() throws {
    let values = try values("lv2:minimum 0 ; lv2:maximum 1 ; lv2:portProperty lv2:toggled")
    #expect(values[63] == 0 && values[64] == 1)
    #expect(Set(values) == [0, 1])
  }

  @Test func integersAreWhole() throws {
    let values = try values("lv2:minimum 1 ; lv2:maximum 9 ; lv2:portProperty lv2:integer")
    #expect(Set(values) == Set((1...9).map { Float($0) }))
  }

  @Test func choicesDivideTheWay() throws {
    let values = try values(
      "lv2:minimum 0 ; lv2:maximum 90 ; lv2:portProperty lv2:enumeration ; "
        + "lv2:scalePoint [ rdfs:label \"a\" ; rdf:value 0 ] , [ rdfs:label \"b\" ; rdf:value 7 ] , "
        + "[ rdfs:label \"c\" ; rdf:value 90 ]")
    #expect(Set(values) == [0, 7, 90])
    #expect(values[63] == 7)
  }

  @Test func logarithmicControlsMultiply() throws {
    let values = try values(
      "lv2:minimum 20.0 ; lv2:maximum 20000.0 ; lv2:portProperty pprops:logarithmic")
    let ratios = zip(values.dropFirst(), values).map { $0 / $1 }
    #expect(ratios.allSatisfy { abs($0 - ratios[0]) < 1e-4 })
    #expect(values[0] == 20 && abs(values[127] - 20_000) < 0.01)
  }

  @Test func fadersReachUnityExactly() throws {
    let values = try values("lv2:minimum -60.0 ; lv2:maximum 12.0 ; units:unit units:db")
    #expect(values[0] == -60 && values[127] == 12)
    let unity = try #require(values.firstIndex(of: 0))
    #expect(values.filter { $0 == 0 }.count == 1)
    #expect(values[unity + 1] < 0.6 && values[unity - 1] > -0.6, "steps of half a decibel")
  }
}
