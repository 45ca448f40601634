import Testing

@testable import DivisiCommandLine
@testable import DivisiSeparation

@Suite struct FormattingTests {
  @Test func numbersHaveTheirDigitsAndTheirWidth() {
    #expect(fixed(1.005, digits: 1) == "1.0")
    #expect(fixed(-0.04, digits: 1) == "0.0")
    #expect(fixed(-12.25, digits: 1, width: 8) == "   -12.3")
    #expect(fixed(9.999, digits: 2) == "10.00")
    #expect(fixed(3.6, digits: 0) == "4")
    #expect(fixed(0.05, digits: 3) == "0.050")
    #expect(fixed(.infinity, digits: 2) == "inf")
    #expect(fixed(1e20, digits: 2) == "1e+20")
  }

  @Test func textIsPaddedAndNeverCut() {
    #expect("ab".padding(to: 4) == "ab  ")
    #expect("abcde".padding(to: 4) == "abcde")
    #expect("é".padding(to: 2) == "é ")
  }

  @Test func linesOfJSONAreSortedAndInSnakeCase() {
    struct Record: Encodable {
      let siSdrDecibels: Double
      let aPath: String
      let missing: Int?
    }
    #expect(
      encodedAsLine(Record(siSdrDecibels: 1.5, aPath: "a/b\n", missing: nil))
        == #"{"a_path":"a/b\n","si_sdr_decibels":1.5}"#)
    #expect(encodedAsLine(["x": Double.infinity, "y": -.infinity]) == #"{"x":"inf","y":"-inf"}"#)
  }
}
