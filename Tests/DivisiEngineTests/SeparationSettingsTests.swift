import DivisiControls
import Testing

@testable import DivisiEngine

struct SeparationSettingsTests {
  @Test func noPortsGiveTheDefaults() throws {
    #expect(try StreamSettings(ports: [:]) == StreamSettings())
  }

  /// Those of the table; but templates are longer only where a preset asks for a convolutive model.
  @Test(arguments: Setting.allCases)
  func defaultsAreThoseOfTheTable(setting: Setting) {
    let value = StreamSettings().value(of: setting)
    let expected = setting == .templateFrames ? 1 : setting.control.defaultValue
    #expect(Float(value) == Float(expected))
  }

  @Test func portsSetWhatTheyName() throws {
    let stream = try StreamSettings(ports: [
      "model": 3, "divergence": 0.5, "resolution": 2048, "overlap": 4, "iterations": 12,
      "encoder_iterations": 5, "refinements": 0, "wiener_exponent": 1, "tolerance": 50,
      "template_frames": 16, "comb": 1, "onset_templates": 0, "attack_templates": 1, "cutoff": 0,
      "release": 0.5, "lookahead": 2, "history": 20, "adapt": 0,
    ])
    let settings = stream.separation
    #expect(settings.model == .cae)
    #expect(settings.beta == 0.5)
    #expect(settings.windowLength == 2048)
    #expect(settings.hopSize == 512)
    #expect(settings.iterations == 12)
    #expect(settings.encoderIterations == 5)
    #expect(settings.refinements == 0)
    #expect(settings.wienerExponent == 1)
    #expect(settings.toleranceSeconds == 0.05)
    #expect(settings.templateFrames == 16)
    #expect(settings.comb == .bands)
    #expect(!settings.hasOnsetTemplates)
    #expect(settings.hasAttackTemplates)
    #expect(settings.cutoffHertz == 0)
    #expect(settings.releaseSeconds == 0.5)
    #expect(stream.lookaheadSeconds == 2)
    #expect(stream.historySeconds == 20)
    #expect(!stream.adapts)
  }

  /// What is set is what is read, of every setting, and nothing else changes but hop and overlap, which
  /// follow the window.
  @Test(arguments: Setting.allCases)
  func aSettingIsReadAsItWasSet(setting: Setting) throws {
    let control = setting.control
    var settings = StreamSettings()
    for value in [control.range.upperBound, control.range.lowerBound]
    where control.problem(with: value) == nil {
      let before = settings
      try settings.set(setting, to: value)
      let read = settings.value(of: setting)
      #expect(abs(read - value) < 1e-3 * max(1, abs(value)), "\(read) \(value)")
      for other in Setting.allCases where other != setting && other != .hopSize && other != .overlap
      {
        #expect(settings.value(of: other) == before.value(of: other), "\(other)")
      }
    }
  }

  @Test(arguments: [
    ("model", 11), ("model", -1), ("model", 0.5), ("divergence", 3.1), ("divergence", -1.1),
    ("divergence", .nan), ("resolution", 32), ("resolution", 65_537), ("resolution", 2048.5),
    ("overlap", 1), ("overlap", 33), ("iterations", -1), ("iterations", 1e9),
    ("encoder_iterations", .nan), ("refinements", -1), ("refinements", .infinity),
    ("wiener_exponent", 0), ("wiener_exponent", 5), ("wiener_exponent", .nan),
    ("wiener_exponent", 1e-300), ("tolerance", -1), ("tolerance", 1001), ("template_frames", 0),
    ("template_frames", 65), ("comb", 4), ("onset_templates", 2), ("attack_templates", -1),
    ("cutoff", 10), ("cutoff", .nan), ("cutoff", .infinity), ("cutoff", 1e300),
    ("lookahead", 4.1), ("history", 3), ("release", -1), ("adapt", 0.5),
  ])
  func aPresetsErrorNamesItsSymbolAndValue(symbol: String, value: Double) {
    let message = error(of: { () throws(SettingsError) in
      _ = try StreamSettings(ports: [symbol: value])
    })?.message(in: .preset)
    #expect(message?.hasPrefix("\(symbol): expected ") == true, "\(message ?? "none")")
    #expect(message?.hasSuffix(", found \(Control.text(value))") == true, "\(message ?? "none")")
  }

  /// Options without a port are none of a preset's.
  @Test(arguments: ["volume", "layers", "hop", "learning_rate", "alpha", ""])
  func unknownSymbolsAreRefused(symbol: String) {
    let found = error(of: { () throws(SettingsError) in
      _ = try StreamSettings(ports: [symbol: 2])
    })
    #expect(found == .unknown(symbol))
    #expect(found?.message(in: .preset) == "\(symbol): no such setting")
  }

  @Test func rangesIncludeTheirEnds() throws {
    for (symbol, values) in [
      ("divergence", [-1, 3]), ("resolution", [64, 65, 65_535, 65_536]), ("overlap", [2, 32]),
      ("wiener_exponent", [0.01, 4]), ("tolerance", [0, 1000]), ("template_frames", [1, 64]),
      ("cutoff", [0, 1000, 96_000]),
    ] as [(String, [Double])] {
      for value in values {
        _ = try StreamSettings(ports: [symbol: value])
      }
    }
  }

  /// Half of an odd window is no whole hop; nobody who wrote neither is to hear of it.
  @Test func anyWindowGoesWithAnyOverlap() throws {
    for window in [64, 65, 67, 99, 4097, 65_535] {
      for overlap in [2, 3, 31, 32] {
        let settings = try StreamSettings(ports: [
          "resolution": Double(window), "overlap": Double(overlap),
        ])
        let hop = Double(window) / Double(overlap)
        #expect(abs(Double(settings.separation.hopSize) - hop) <= 0.5)
      }
    }
  }

  @Test func propertiesAreValidatedToo() {
    func problem(_ change: (inout SeparationSettings) -> Void) -> String? {
      var settings = SeparationSettings()
      change(&settings)
      return error(of: { () throws(SettingsError) in
        try settings.validate()
      })?.message(in: .commandLine)
    }
    #expect(
      problem { $0.hopSize = 0 }
        == "--hop: expected 128 to 4096 samples for a window of 8192, found 0")
    // 127 hops are too many, though 127 / 64 is 1.
    #expect(
      problem { ($0.windowLength, $0.hopSize) = (127, 1) }
        == "--hop: expected 2 to 63 samples for a window of 127, found 1")
    #expect(problem { ($0.windowLength, $0.hopSize) = (127, 2) } == nil)
    #expect(problem { $0.hopSize = 5000 }?.hasPrefix("--hop: ") == true)
    #expect(problem { $0.hopSize = 100 }?.hasPrefix("--hop: ") == true)
    #expect(problem { $0.wienerExponent = 9 } == "--alpha: expected 0.01 to 4, found 9")
    #expect(
      problem { $0.windowLength = 63 }
        == "--window: expected 64 to 65536 samples at 44.1 kHz, found 63")
    #expect(problem { $0.refinements = -1 } == "refinements: expected 0 to 1000, found -1")
    #expect(
      problem { $0.encoderIterations = -1 }
        == "--encoder-iterations: expected 0 to 10000, found -1")
    #expect(problem { $0.templateFrames = 0 } == "--template-frames: expected 1 to 64, found 0")
    #expect(
      problem { $0.gradient.learningRate = 0 }
        == "--learning-rate: expected above 0, at most 1000000, found 0")
    #expect(problem { $0.gradient.sparsity = -1 }?.hasPrefix("--sparsity: ") == true)
    #expect(problem { $0.gradient.activity = .nan }?.hasPrefix("--activity: ") == true)
    #expect(problem { $0.toleranceSeconds = 2 } == "--tolerance: expected 0 to 1000 ms, found 2000")
    #expect(problem { _ in } == nil)
  }

  private func error(of work: () throws(SettingsError) -> Void) -> SettingsError? {
    do throws(SettingsError) {
      try work()
      return nil
    } catch {
      return error
    }
  }

  @Test func modelKindsKeepTheirOrder() {
    #expect(
      ModelKind.allCases.map(\.rawValue) == [
        "nmf", "nmfd", "nae", "cae", "nae-sgd", "nae-adam", "nae-rmsprop", "cae-sgd", "cae-adam",
        "cae-rmsprop", "wae",
      ])
    #expect(CombShape.allCases.map(\.rawValue) == ["lobes", "bands", "shifts", "tracks"])
  }
}
