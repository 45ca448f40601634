import Testing

@testable import DivisiEngine

struct SeparationSettingsTests {
  @Test func noPortsGiveTheDefaults() throws {
    #expect(try SeparationSettings(ports: [:]) == SeparationSettings())
  }

  @Test func portsSetWhatTheyName() throws {
    let settings = try SeparationSettings(ports: [
      "model": 3, "divergence": 0.5, "resolution": 2048, "overlap": 4, "iterations": 12,
      "encoder_iterations": 5, "refinements": 0, "wiener_exponent": 1, "tolerance": 50,
      "template_frames": 16, "comb": 1, "onset_templates": 0, "attack_templates": 1, "cutoff": 0,
    ])
    #expect(settings.model == .cae)
    #expect(settings.beta == 0.5)
    #expect(settings.windowLength == 2048)
    #expect(settings.hopSize == 512)
    #expect(settings.iterations == 12)
    #expect(settings.encoderIterations == 5)
    #expect(settings.refinements == 0)
    #expect(settings.exponent == 1)
    #expect(settings.toleranceSeconds == 0.05)
    #expect(settings.templateFrames == 16)
    #expect(settings.comb == .bands)
    #expect(!settings.hasOnsetTemplates)
    #expect(settings.hasAttackTemplates)
    #expect(settings.cutoffHertz == 0)
  }

  @Test(arguments: [
    ("model", 11), ("model", -1), ("model", 0.5), ("divergence", 3.1), ("divergence", -1.1),
    ("divergence", .nan), ("resolution", 32), ("resolution", 65_537), ("resolution", 2048.5),
    ("overlap", 1), ("overlap", 33), ("iterations", -1), ("iterations", 1e9),
    ("encoder_iterations", .nan), ("refinements", -1), ("refinements", .infinity),
    ("wiener_exponent", 0), ("wiener_exponent", 5), ("wiener_exponent", .nan),
    ("wiener_exponent", 1e-300), ("tolerance", -1), ("tolerance", 1001), ("template_frames", 0),
    ("template_frames", 65), ("comb", 2), ("onset_templates", 2), ("attack_templates", -1),
    ("cutoff", 10), ("cutoff", .nan), ("cutoff", .infinity), ("cutoff", 1e300), ("volume", 1),
  ])
  func valuesOutOfRangeAreRefused(symbol: String, value: Double) {
    #expect {
      try SeparationSettings(ports: [symbol: value])
    } throws: { error in
      (error as? SettingsError)?.description.isEmpty == false
    }
  }

  @Test func rangesIncludeTheirEnds() throws {
    for (symbol, values) in [
      ("divergence", [-1, 3]), ("resolution", [64, 65_536]), ("overlap", [2, 32]),
      ("wiener_exponent", [0.01, 4]), ("tolerance", [0, 1000]), ("template_frames", [1, 64]),
      ("cutoff", [0, 1000, 96_000]),
    ] as [(String, [Double])] {
      for value in values {
        _ = try SeparationSettings(ports: [symbol: value])
      }
    }
  }

  @Test func propertiesAreValidatedToo() {
    func problem(_ change: (inout SeparationSettings) -> Void) -> String? {
      var settings = SeparationSettings()
      change(&settings)
      do throws(SettingsError) {
        try settings.validate()
        return nil
      } catch {
        return error.symbol
      }
    }
    #expect(problem { $0.hopSize = 0 } == "hop")
    #expect(problem { $0.hopSize = 5000 } == "hop")
    #expect(problem { $0.hopSize = 100 } == "hop")
    #expect(problem { $0.windowLength = 63 } == "window")
    #expect(problem { $0.refinements = -1 } == "refinements")
    #expect(problem { $0.encoderIterations = -1 } == "encoder_iterations")
    #expect(problem { $0.templateFrames = 0 } == "template_frames")
    #expect(problem { _ in } == nil)
  }

  @Test func modelKindsKeepTheirOrder() {
    #expect(
      ModelKind.allCases.map(\.rawValue) == [
        "nmf", "nmfd", "nae", "cae", "nae-sgd", "nae-adam", "nae-rmsprop", "cae-sgd", "cae-adam",
        "cae-rmsprop", "wae",
      ])
    #expect(CombShape.allCases.map(\.rawValue) == ["lobes", "bands"])
  }
}
