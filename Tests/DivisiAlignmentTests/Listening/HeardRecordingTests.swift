import Foundation
import Testing

@testable import DivisiAlignment

/// What is kept of a recording that is heard in pieces.
@Suite struct HeardRecordingTests {
  private static let rate = 44_100.0

  private static func tone(_ hertz: Double, seconds: Double) -> [Float] {
    (0..<Int(seconds * rate)).map { Float(sin(2 * .pi * hertz * Double($0) / rate)) }
  }

  private static func hear(
    _ samples: [Float], at position: Int = 0, pieces: [Int] = [256],
    into recording: inout HeardRecording
  ) {
    var done = 0
    var turn = 0
    while done < samples.count {
      let count = min(pieces[turn % pieces.count], samples.count - done)
      turn += 1
      samples[done..<done + count].withUnsafeBufferPointer {
        recording.add($0, at: position + done)
      }
      done += count
    }
  }

  /// Half the rate, with every sample where it was, and without what the lower rate cannot hold.
  @Test func whatIsKeptLiesInPlace() throws {
    var recording = HeardRecording(sampleRate: Self.rate)
    #expect(recording.sampleRate == 22_050)
    let low = Self.tone(4000, seconds: 1)
    let sum = zip(low, Self.tone(14_000, seconds: 1)).map { $0 + $1 }
    Self.hear(sum, at: 1000, into: &recording)
    let kept = recording.samples(recording.longest)
    #expect(recording.longest.lowerBound == 500)
    let errors = (50..<kept.count).map { abs(kept[$0] - low[2 * $0]) }
    #expect(errors.count > 21_000 && errors.max()! < 0.02, "\(errors.max()!)")
  }

  @Test func piecesDoNotMatter() {
    let samples = Self.tone(700, seconds: 1)
    var (one, other) = (
      HeardRecording(sampleRate: Self.rate), HeardRecording(sampleRate: Self.rate)
    )
    Self.hear(samples, pieces: [256], into: &one)
    Self.hear(samples, pieces: [1, 777, 64, 5000], into: &other)
    #expect(one.longest == other.longest)
    #expect(one.samples(one.longest) == other.samples(other.longest))
  }

  /// Two places are two stretches, until what lies between has been heard.
  @Test func theLongestStretchGrows() {
    let second = Self.tone(300, seconds: 1)
    var recording = HeardRecording(sampleRate: Self.rate)
    Self.hear(second + second, at: 441_000, into: &recording)
    Self.hear(second, at: 352_800, into: &recording)
    #expect(recording.longest.lowerBound == 220_500)
    Self.hear(second + second, at: 352_800, into: &recording)
    #expect(recording.longest.lowerBound == 176_400)
    #expect(abs(recording.longest.count - 4 * 22_050) < 100)
  }

  /// What is heard again is no news, unless it is something else.
  @Test func onlyChangesAreNews() {
    let (one, other) = (Self.tone(300, seconds: 3), Self.tone(500, seconds: 3))
    var recording = HeardRecording(sampleRate: Self.rate)
    Self.hear(one, into: &recording)
    #expect(!recording.news.isEmpty)
    recording.forgetNews()
    Self.hear(one.map { $0 * 1.01 }, into: &recording)
    #expect(recording.news.isEmpty)
    Self.hear(Array(one.dropLast(10)), at: 1, into: &recording)
    #expect(recording.news.isEmpty)
    Self.hear(other, into: &recording)
    #expect(!recording.news.isEmpty)
    #expect(abs(recording.samples(recording.longest)[20_000] - other[40_000]) < 0.02)
  }

  /// Places beyond all recordings cost nothing but what is heard there.
  @Test func placesMayBeAnywhere() {
    var recording = HeardRecording(sampleRate: Self.rate)
    let second = Self.tone(300, seconds: 1)
    Self.hear(second, at: 1 << 45, into: &recording)
    Self.hear(second, at: -22_050, into: &recording)
    #expect(recording.longest.lowerBound == 1 << 44)
    #expect(!recording.isFull)
  }
}
