import AudioFiles
import DivisiAlignment
import Foundation
import Testing

@testable import DivisiCommandLine
@testable import DivisiSeparation

@Suite struct SeparationReportTests {
  private func result(
    scores: [String: Scores]? = nil, yardsticks: Yardsticks? = nil, deadComponents: Int? = nil,
    placement: Placement? = nil
  ) -> SeparationResult {
    SeparationResult(
      mix: "a.wav", score: "a.mid", placement: placement, preset: "hands",
      shape: AudioShape(sampleRate: 100, channelCount: 2), sampleCount: 1000,
      stems: [
        SeparationResult.Stem(
          name: "left", path: "out/left.flac", noteCount: 3, clippedCount: 0, energy: 1500,
          valueCount: 2000),
        SeparationResult.Stem(
          name: "right", path: "out/right.flac", noteCount: 0, clippedCount: 2, energy: 500,
          valueCount: 2000),
        SeparationResult.Stem(
          name: "residual", path: "out/residual.flac", noteCount: 0, clippedCount: 0, energy: 0,
          valueCount: 2000),
      ],
      lossBefore: 2, lossAfter: nil, tuningCents: -3.5, deadComponents: deadComponents,
      seconds: 2, scoredChannels: scores.map { _ in 2 },
      scoringRemarks: scores.map { _ in ["left: a remark"] } ?? [], scores: scores,
      yardsticks: yardsticks)
  }

  private func scores(_ sdr: Double) -> Scores {
    Scores(
      sdrDecibels: sdr, sirDecibels: nil, sarDecibels: 2, siSdrDecibels: 3,
      channelScores: nil)
  }

  private func record(_ result: SeparationResult) throws -> [String: Any] {
    let line = SeparationReport(result: result).json
    #expect(!line.contains("\n"))
    return try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test func stemsAreLinedUp() {
    #expect(
      SeparationReport(result: result()).text == """
        a.wav: 10.0 s in 2.0 s (5 × real time)
          out/left.flac        -1.2 dB   75 %
          out/right.flac       -6.0 dB   25 %  2 samples clipped; --format wav-float keeps them
          out/residual.flac     silent    0 %
        """)
  }

  @Test func scoresStandBesideTheYardsticks() {
    let yardsticks = Yardsticks(oracle: ["left": scores(9)], mixture: ["left": scores(-1)])
    let lines = SeparationReport(
      result: result(scores: ["left": scores(5)], yardsticks: yardsticks)
    ).text.split(separator: "\n")
    #expect(
      lines[1].hasSuffix(
        "SDR   5.00 dB  SIR      – dB  SAR   2.00 dB  SI-SDR   3.00 dB  oracle   9.00 dB  mixture  -1.00 dB"
      ))
    #expect(lines[4].hasPrefix("  mean "))
    #expect(lines.last == "  left: a remark")
    // Every column starts where the one above does.
    let columns = lines[1...4].compactMap { $0.range(of: "SDR")?.lowerBound }
      .map { _ in 0 }
    #expect(columns.count == 4)
    let places = lines[1...4].map { line in
      line.distance(from: line.startIndex, to: line.range(of: "  SDR")!.lowerBound)
    }
    #expect(Set(places).count == 1, "\(places)")
  }

  @Test func placesThatDoNotFitAreNamed() throws {
    var placement = Placement(method: .aligned, transposition: -2)
    placement.verdict = Verdict(
      judgement: .doubtful, agreement: 0.8, distinction: 3, coverage: 0.85, usedNotes: 1,
      misfits: [10..<20.0])
    let text = SeparationReport(result: result(placement: placement)).text
    #expect(
      text.contains(
        "score: aligned, the fit is doubtful, wrong at 10–20 s, it covers 85 % of the sound, the recording sounds 2 semitones lower (agreement 0.80)"
      ), "\(text)")
    let record = try record(result(placement: placement))
    let written = try #require(record["placement"] as? [String: Any])
    #expect(written["audible_notes"] == nil)
    #expect(written["verdict"] as? String == "doubtful")
    #expect(written["score"] as? String == "aligned")
    #expect(written["misfits"] as? [[Double]] == [[10, 20]])
    #expect(placement.doubt(score: "a.mid")?.hasPrefix("a.mid: score: aligned") == true)
    placement.verdict?.audibleNotes = 0.83
    #expect(placement.text?.contains("17 % of its notes do not sound where they should") == true)
  }

  @Test func correctedNotesAreNamed() throws {
    var placement = Placement(method: .aligned)
    placement.verdict = Verdict(
      judgement: .good, agreement: 0.95, distinction: 3, coverage: 1, usedNotes: 1, misfits: [])
    placement.changes = []
    let record = try record(result(placement: placement))
    let written = try #require(record["placement"] as? [String: Any])
    #expect((written["corrections"] as? [Any])?.isEmpty == true)
    #expect(placement.text == "score: aligned, it fits (agreement 0.95)")
    #expect(placement.remark(score: "a.mid") == nil)
    placement.changes = [
      NoteChange(kind: .added, seconds: 1.5, pitch: 60),
      NoteChange(kind: .moved(from: 61), seconds: 2.5, pitch: 62),
    ]
    #expect(
      placement.text
        == "score: aligned, it fits, 2 notes corrected (1 added, 1 moved to the pitch played) at 1.5, 2.5 s (agreement 0.95)"
    )
    let changes = try #require(
      try JSONSerialization.jsonObject(
        with: Data(encodedAsLine(placement.record).utf8)) as? [String: Any])
    let corrections = try #require(changes["corrections"] as? [[String: Any]])
    #expect(corrections.map { $0["pitch"] as? Int } == [60, 62])
    #expect(corrections.map { $0["instead"] as? Int } == [nil, 61])
    #expect(
      placement.remark(score: "a.mid")
        == "a.mid: 2 notes corrected (1 added, 1 moved to the pitch played) at 1.5, 2.5 s")
    placement.changes = (0..<8).map {
      NoteChange(kind: .moved(from: 61), seconds: Double($0), pitch: 62)
    }
    #expect(
      placement.text?.contains(
        "8 notes corrected (8 moved to the pitch played) at 0.0, 1.0, 2.0, 3.0, 4.0 s and 3 more places"
      )
        == true)
  }

  @Test func deadComponentsAreNamed() {
    let text = SeparationReport(result: result(deadComponents: 2)).text
    #expect(text.contains("2 components"))
    #expect(!SeparationReport(result: result()).text.contains("components"))
  }

  @Test func recordsHaveTheSameKeysWhateverIsKnown() throws {
    let record = try record(result())
    #expect(
      Set(record.keys) == [
        "input", "score", "preset", "sample_rate", "channels", "duration", "parts", "loss_before",
        "loss_after", "tuning_cents", "seconds", "real_time_factor",
      ])
    #expect(record["loss_after"] is NSNull)
    #expect(record["real_time_factor"] as? Double == 5)
    let parts = try #require(record["parts"] as? [[String: Any]])
    #expect(
      Set(parts[0].keys) == [
        "name", "file", "notes", "level_decibels", "energy_share", "clipped_samples",
      ])
    #expect(parts[0]["energy_share"] as? Double == 0.75)
    #expect(parts[2]["level_decibels"] is NSNull)
  }

  /// What a program reads of the oracle has one name, whichever command wrote it.
  @Test func scoresHaveOneShapeInAllCommands() throws {
    var stereo = scores(5)
    stereo.channelScores = [scores(5), nil]
    let separated = try record(
      result(
        scores: ["left": stereo],
        yardsticks: Yardsticks(oracle: ["left": scores(9)], mixture: ["left": scores(-1)])))
    let judgement = Judgement(
      references: "true", estimates: "out", scoredChannels: 2, remarks: ["left: a remark"],
      parts: [
        Judgement.Part(name: "left", scores: stereo, oracle: scores(9), mixture: scores(-1))
      ])
    let evaluated = try #require(
      try JSONSerialization.jsonObject(with: Data(judgement.json.utf8)) as? [String: Any])
    #expect(separated["scored_channels"] as? Int == 2)
    for key in ["scored_channels", "remarks", "mean"] {
      #expect(separated[key] as? NSObject == evaluated[key] as? NSObject, "\(key)")
    }
    let mean = try #require(separated["mean"] as? [String: Any])
    #expect((mean["oracle"] as? [String: Any])?["sdr_decibels"] as? Double == 9)
    #expect((mean["mixture"] as? [String: Any])?["sdr_decibels"] as? Double == -1)
    let parts = try [separated, evaluated].map { try #require($0["parts"] as? [[String: Any]])[0] }
    for (key, value) in parts[1] {
      #expect(parts[0][key] as? NSObject == value as? NSObject, "\(key)")
    }
    let channels = try #require(parts[0]["channel_scores"] as? [Any])
    #expect(channels.count == 2 && channels[1] is NSNull)
    #expect((channels[0] as? [String: Any])?["sdr_decibels"] as? Double == 5)
  }

  @Test func failuresAreRecordsToo() {
    #expect(
      SeparationReport.json(mix: "a\".wav", error: PresetStoreTests.Sample())
        == #"{"error":"a sample","input":"a\".wav"}"#)
  }
}
