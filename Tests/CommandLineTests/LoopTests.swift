import AudioFiles
import Foundation
import Testing

/// Loops, in which a bar later all looks the same.
@Suite(.enabled(if: QualityTests.hasData, QualityTests.absence))
struct LoopTests {
  /// Waiting for a bar once cost less than being out of step with frames of a tenth of a second.
  @Test func aLoopAtAnotherTempoWaitsForNoBar() throws {
    let folder = try TemporaryFolder()
    let track = Program.root.appendingPathComponent("../shared/data/drums/d01-forzee-rock8").path
    let sound = try AudioFile.read(path: track + "/MIX.flac")
    let table = try String(contentsOfFile: track + "/notes.csv", encoding: .utf8)
    let rows = table.split(separator: "\n").map { $0.split(separator: ";").map(String.init) }
    let starts = rows.dropFirst().compactMap { Double($0[0]) }
    let first = try #require(starts.min()) - 0.02
    let rate = Double(sound.sampleRate)
    let length = Int(4 * 60 / 112 * rate)
    let seconds = Double(length) / rate
    let bar = Array(sound.channels[0][Int(first * rate)...].prefix(length))
    try AudioFile.write(
      AudioBuffer(sampleRate: sound.sampleRate, channels: [(0..<50).flatMap { _ in bar }]),
      to: folder.file("loop.wav"), as: .wav16)
    let written = (0..<50).flatMap { count in
      zip(starts, rows.dropFirst()).filter { $0.0 - first < seconds - 0.03 }.map { start, row in
        let played = start - first + Double(count) * seconds
        return ([String(0.7 + 1.03 * played)] + row.dropFirst()).joined(separator: ";")
      }
    }
    try folder.write(
      ([rows[0].joined(separator: ";")] + written).joined(separator: "\n").utf8, to: "loop.csv")
    let run = try Program.run(
      "align", folder.file("loop.wav"), "--score", folder.file("loop.csv"), "--drums", "-o",
      folder.file("found.csv"), "--table", folder.file("times.csv"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.text("found.csv").split(separator: "\n").count == written.count + 1)
    let errors = try folder.text("times.csv").split(separator: "\n").dropFirst().map { line in
      let times = line.split(separator: ";").compactMap { Double($0) }
      return abs(times[1] - (times[0] - 0.7) / 1.03)
    }
    #expect(errors.count > 300 && errors.allSatisfy { $0 < 0.1 })
  }
}
