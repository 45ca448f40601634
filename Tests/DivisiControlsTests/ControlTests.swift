import DivisiControls
import Testing

struct ControlTests {
  /// Every setting says the same of a bad value wherever it was written, in that place's words.
  @Test(arguments: Setting.allCases)
  func errorsNameWhatWasWritten(setting: Setting) throws {
    let control = setting.control
    let value = control.accepted.upperBound + 1
    let problem = try #require(control.problem(with: value))
    #expect(problem.hasPrefix("expected ") && problem.hasSuffix(", found \(Control.text(value))"))
    let error = SettingsError.invalid(setting, problem)
    #expect(error.message(in: .plugin) == "\(control.name): \(problem)")
    if setting.hasPort {
      #expect(error.message(in: .preset) == "\(setting.rawValue): \(problem)")
    }
    if let option = control.option {
      #expect(error.message(in: .commandLine) == "--\(option): \(problem)")
    }
  }

  @Test(arguments: [
    (Setting.wienerExponent, 9, "expected 0.01 to 4, found 9"),
    (.wienerExponent, .nan, "expected 0.01 to 4, found nan"),
    (.tolerance, 1000.5, "expected 0 to 1000 ms, found 1000.5"),
    (.windowLength, 7, "expected 64 to 65536 samples at 44.1 kHz, found 7"),
    (.model, 11, "expected 0 to 10, found 11"),
    (.model, 0.5, "expected a whole number from 0 to 10, found 0.5"),
    (.layers, 3, "expected 2, 4, 6 or 8, found 3"),
    (.adapts, 2, "expected 0 or 1, found 2"),
    (.cutoff, 10, "expected 0, or 1000 to 1000000 Hz, found 10"),
    (.learningRate, 0, "expected above 0, at most 1000000, found 0"),
    (.iterations, 1e300, "expected 0 to 10000, found 1e+300"),
    (.iterations, -.infinity, "expected 0 to 10000, found -inf"),
  ])
  func problemsSayWhatWasExpected(setting: Setting, value: Double, problem: String) {
    #expect(setting.control.problem(with: value) == problem)
  }

  @Test(arguments: Setting.allCases)
  func theTableIsOfOnePiece(setting: Setting) {
    let control = setting.control
    #expect(control.symbol == setting.rawValue)
    #expect(!control.name.isEmpty)
    #expect(control.option != nil || setting.hasPort)
    #expect(!setting.hasPort || control.comment?.hasSuffix(".") == true)
    for value in [control.defaultValue, control.drumsDefault] {
      #expect(control.problem(with: value) == nil)
      #expect(control.range.contains(value))
    }
    #expect(control.zero != .ordinary || control.accepted.contains(control.range.lowerBound))
    #expect(control.accepted.upperBound >= control.range.upperBound)
    #expect(control.points.map(\.value) == control.points.map(\.value).sorted())
    #expect(control.points.allSatisfy { control.problem(with: $0.value) == nil })
  }

  @Test func optionsAreUnique() {
    let options = Setting.allCases.compactMap(\.control.option)
    #expect(Set(options).count == options.count)
  }

  /// What a host may set between the values that there are.
  @Test(
    arguments: [
      (
        Setting.windowLength, [0, 3071, 3072, 6143, 6144, 9000],
        [2048, 2048, 4096, 4096, 8192, 8192]
      ),
      (.cutoff, [0, 499, 500, 999, 1000, 24_000], [0, 0, 1000, 1000, 1000, 24_000]),
      (.model, [0, 10], [0, 10]), (.tolerance, [12.5], [12.5]),
    ] as [(Setting, [Double], [Double])])
  func theNearestValueIsTaken(setting: Setting, values: [Double], expected: [Double]) {
    #expect(values.map(setting.control.nearest) == expected)
  }
}
