import DivisiEngine
import Testing

@testable import DivisiCommandLine

@Suite struct ComparisonTests {
  private func scores(_ sdr: Double) -> Scores {
    Scores(sdrDecibels: sdr, sirDecibels: nil, sarDecibels: nil, siSdrDecibels: nil)
  }

  private func trial(
    _ recording: String, _ model: String, case startCase: Int = 1, error: Double,
    sdr: Double? = nil,
    silent: [String] = []
  ) -> Trial {
    Trial(
      recording: recording, model: model, startCase: startCase, losses: [10, error],
      seconds: [0, 0.5],
      error: error, relativeError: error / 100, silentComponents: silent, shape: [3, 4, 2],
      memoryBytes: 2_000_000, scores: sdr.map { ["left": scores($0)] })
  }

  private func item(_ name: String, oracle: Double? = nil, remarks: [String] = [])
    -> Comparison.Item
  {
    Comparison.Item(
      name: name, path: "\(name).wav", seconds: 1.5, oracle: oracle.map { ["left": scores($0)] },
      mixture: oracle.map { _ in ["left": scores(0)] }, remarks: remarks)
  }

  private func comparison(_ items: [Comparison.Item], _ trials: [Trial], cases: [Int] = [1])
    -> Comparison
  {
    Comparison(
      command: ["compare", "it's.wav", "--models", "nmf,nae"], preset: "hands",
      models: ["nmf", "nae"], startCases: cases, items: items, trials: trials)
  }

  private func report(_ comparison: Comparison) -> String {
    ComparisonReport(
      comparison: comparison, settings: SeparationSettings(), threadCount: 1,
      pictures: { "\($0).png" }
    ).text
  }

  @Test func ordersAreCounted() {
    let comparison = comparison(
      [item("a"), item("b"), item("c")],
      [
        trial("a", "nmf", error: 1), trial("a", "nae", error: 2), trial("b", "nmf", error: 4),
        trial("b", "nae", error: 3), trial("c", "nmf", error: 1), trial("c", "nae", error: 1),
      ])
    #expect(comparison.count(ofOrder: ["nmf", "nae"], startCase: 1, by: \.error) == 1)
    #expect(comparison.count(ofOrder: ["nae", "nmf"], startCase: 1, by: \.error) == 1)
    #expect(comparison.count(ofOrder: ["nmf", "nmfd"], startCase: 1, by: \.error) == 0)
    #expect(comparison.mean(startCase: 1, model: "nmf", of: \.error) == 2)
    #expect(comparison.mean(startCase: 2, model: "nmf", of: \.error) == nil)
    #expect(!comparison.hasReferences)
  }

  @Test func reportsHaveWhatThereIs() {
    let text = report(
      comparison(
        [item("a|b", oracle: 12, remarks: ["left: a remark"])],
        [
          trial("a|b", "nmf", error: 2, sdr: 7),
          trial("a|b", "nae", error: 1, sdr: 8, silent: ["C4"]),
        ]))
    for line in [
      "# Comparison of nmf, nae", "    divisi compare 'it'\\''s.wav' --models nmf,nae",
      "| a\\|b | 2.000 (2.0 %) | 1.000 (1.0 %) | nae < nmf |",
      "The order given, nmf < nae, holds for 0 of 1 recordings; that of the means, nae < nmf, for 1.",
      "| 0 | ideal ratio mask | – | 12.00 | – | – | – |",
      "| 1 | informed templates, informed activations | nae | 8.00 | – | – | – |",
      "| – | the mixture as every part | – | 0.00 | – | – | – |", "- a|b: left: a remark",
      "| a\\|b | left | 7.00 | 8.00 | 12.00 | 0.00 |", "| nmf | 1 | 500.00 | 0.50 | 2 |",
      "| a\\|b | 1 | nae | C4 |",
    ] {
      #expect(text.split(separator: "\n").contains(Substring(line)), "\(line) in \(text)")
    }
  }

  @Test func reportsLeaveOutWhatThereIsNot() {
    let text = report(
      comparison([item("a")], [trial("a", "nmf", error: 2), trial("a", "nae", error: 1)]))
    #expect(!text.contains("## Cases") && !text.contains("## Silent"))
    // Each table has as many cells in each row.
    for table in text.split(separator: "\n\n") where table.contains("|---|") {
      let rows = table.split(separator: "\n").filter { $0.hasPrefix("|") }
      let counts = rows.map { $0.replacing("\\|", with: "").count { $0 == "|" } }
      #expect(Set(counts).count == 1, "\(table)")
    }
  }

  @Test func recordingsHaveNamesOfTheirOwn() {
    #expect(Comparison.names(of: ["x/a.wav", "y/b.wav"]) == ["a", "b"])
    #expect(Comparison.names(of: ["x/mix.wav", "y/mix.wav"]) == ["x", "y"])
    #expect(Comparison.names(of: ["s/x/mix.wav", "t/x/mix.wav"]) == ["1-x-mix", "2-x-mix"])
    #expect(Comparison.names(of: ["s/x/mix.wav"]) == ["x"])
  }

  @Test func casesAreThoseOfTheLiterature() {
    #expect(StartCase.allCases.map(\.rawValue) == [1, 2, 3, 4])
    #expect(
      StartCase.allCases.map(\.text) == [
        "informed templates, informed activations", "informed templates, random activations",
        "random templates, informed activations", "random templates, random activations",
      ])
  }
}
