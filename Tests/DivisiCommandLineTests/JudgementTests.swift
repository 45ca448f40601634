import Testing

@testable import DivisiCommandLine

@Suite struct JudgementTests {
  private func scores(_ sdr: Double?, _ sir: Double? = nil) -> Scores {
    Scores(sdrDecibels: sdr, sirDecibels: sir, sarDecibels: 20, siSdrDecibels: -1.5)
  }

  private func judgement(_ name: String, _ parts: [Judgement.Part], remarks: [String] = [])
    -> Judgement
  {
    Judgement(
      references: "true/\(name)", estimates: "out/\(name)", scoredChannels: 1, remarks: remarks,
      parts: parts)
  }

  @Test func aTableHasALineForEachPart() {
    let parts = [
      Judgement.Part(
        name: "kick", scores: scores(12.344, 30), oracle: scores(15), mixture: scores(0)),
      Judgement.Part(name: "hi\u{7}hat", scores: nil, oracle: nil, mixture: nil),
    ]
    #expect(
      judgement("a", parts, remarks: ["kick: a remark"]).text == """
        out/a
                   estimate                         oracle                           mixture
          dB         SDR     SIR     SAR  SI-SDR      SDR     SIR     SAR  SI-SDR      SDR     SIR     SAR  SI-SDR
          kick     12.34   30.00   20.00   -1.50    15.00       –   20.00   -1.50     0.00       –   20.00   -1.50
          hi?hat       –       –       –       –        –       –       –       –        –       –       –       –
          mean     12.34   30.00   20.00   -1.50    15.00       –   20.00   -1.50     0.00       –   20.00   -1.50
          kick: a remark
        """)
  }

  @Test func aSingleLineIsItsOwnMean() {
    let part = Judgement.Part(name: "a", scores: scores(1), oracle: nil, mixture: nil)
    #expect(!judgement("x", [part]).text.contains("mean"))
  }

  /// A recording counts once, however many parts it has.
  @Test func summariesAreMeansOfMeans() {
    func part(_ sdr: Double) -> Judgement.Part {
      Judgement.Part(name: "p", scores: scores(sdr), oracle: nil, mixture: nil)
    }
    let lines = Judgement.summary(
      of: [judgement("a", [part(1), part(3)]), judgement("b", [part(10)])]
    ).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines[0] == ["2", "recordings"])
    #expect(lines[3].prefix(2) == ["a", "2.00"])
    #expect(lines[4].prefix(2) == ["b", "10.00"])
    #expect(lines[5].prefix(2) == ["mean", "6.00"])
  }
}
