import AudioFiles
import Foundation
import Testing

@testable import DivisiCommandLine
@testable import DivisiSeparation

/// Recordings that are too long to be held.
@Suite struct MeanReaderTests {
  /// Runs a body with a stereo file and the mean of its channels.
  private func withRecording(_ body: (_ path: String, _ mean: [Float]) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "divisi-test-\(UUID().uuidString).wav"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let channels = [3, 7].map { period in
      (0..<40_000).map { Float($0 % period) / 8 - 0.25 }
    }
    try AudioFile.write(
      AudioBuffer(sampleRate: 8000, channels: channels), to: path, as: .wavFloat)
    try body(path, zip(channels[0], channels[1]).map { ($0 + $1) * 0.5 })
  }

  @Test func rangesMayOverlap() throws {
    try withRecording { path, mean in
      let reader = try MeanReader(AudioFileReader(path: path), sampleCount: mean.count)
      for range in [
        0..<100, 50..<20_000, 50..<60, 19_000..<19_000, 30_000..<40_000, 39_000..<40_000,
      ] {
        #expect(try reader.samples(range) == Array(mean[range]))
      }
    }
  }

  /// A header may say something else.
  @Test(arguments: [(39_000, "there are more"), (41_000, "it ends after 40000")])
  func anotherLengthIsAnError(count: Int, words: String) throws {
    try withRecording { path, _ in
      let reader = try MeanReader(AudioFileReader(path: path), sampleCount: count)
      #expect {
        try reader.samples(count - 100..<count)
      } throws: { "\($0)" == "\(path): expected \(count) samples; \(words)" }
    }
  }
}
