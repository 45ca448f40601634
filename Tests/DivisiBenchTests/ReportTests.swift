import Testing

@testable import DivisiBench

@Suite struct ReportTests {
  @Test func aLineIsReadAsItIsPrinted() throws {
    let found = Measurement((milliseconds: 12.344, allocations: 3), naiveMilliseconds: 98.752)
    let line = Report.line(name: "nmf-kl", found)
    let read = try #require(Report.parse(line[...]))
    #expect(read == ("nmf-kl", 12.34))
    #expect(line.split(separator: " ") == ["nmf-kl", "12.34", "98.75", "8.0", "3", "-", "-"])
    #expect(Report.parse(Report.header[...]) == nil)
  }

  @Test(arguments: [(0.00126, "0.0013"), (1.005, "1.00"), (99.996, "100.00"), (1234.56, "1234.6")])
  func numbersKeepThreeDigits(value: Double, text: String) {
    #expect(Report.precise(value) == text)
  }

  @Test func theMedianIsInTheMiddle() {
    #expect(Stopwatch.median(of: [9, 1, 4]) == 4)
    #expect(Stopwatch.median(of: [9, 1, 4, 2]) == 3)
  }

  @Test func aProgramThatASignalEndsHasNoExitCode() throws {
    #expect(try Program.run("/bin/sh", ["-c", "echo before; kill -9 $$"]) == (-1, "before\n"))
    #expect(try Program.run("/bin/sh", ["-c", "exit 3"]).status == 3)
  }
}
