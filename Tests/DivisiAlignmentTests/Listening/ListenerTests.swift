import DivisiScore
import Testing

@testable import DivisiAlignment

/// When a score is aligned with what is heard, and what comes of it.
@Suite struct ListenerTests {
  private static let rate = MadePiece.sampleRate
  private static let piece = MadePiece(seed: 11, noteCount: 80)
  private static let score = HeardScore(
    parts: [
      Part(name: "left", notes: piece.notes.filter { $0.pitch < 64 }),
      Part(name: "right", notes: piece.notes.filter { $0.pitch >= 64 }),
    ], hasPedal: false)
  /// When a moment of the score is heard.
  private static func time(_ score: Double) -> Double { 2 + 1.25 * score }
  private static let recording = piece.recording(time: time)

  private static func seconds(_ range: Range<Double>) -> [Float] {
    Array(recording[Int(range.lowerBound * rate)..<Int(range.upperBound * rate)])
  }

  private static func hear(_ range: Range<Double>, _ listener: inout Listener) {
    let samples = seconds(range)
    samples.withUnsafeBufferPointer {
      listener.hear($0, at: Int(range.lowerBound * rate))
    }
  }

  private static func errors(of alignment: HeardAlignment, until seconds: Double) -> [Double] {
    zip(alignment.parts, score.parts).flatMap { aligned, written in
      written.notes.filter { time($0.onsetSeconds) < seconds }.map { note in
        aligned.notes.lazy.filter { $0.pitch == note.pitch }
          .map { abs($0.onsetSeconds - time(note.onsetSeconds)) }.min() ?? .infinity
      }
    }
  }

  @Test func tasksAreDueWhenEnoughIsNew() throws {
    var listener = Listener(sampleRate: Self.rate)
    Self.hear(0..<9, &listener)
    #expect(!listener.isDue)
    Self.hear(9..<10.5, &listener)
    #expect(listener.isDue)
    let taskFound = listener.nextTask()
    let task = try #require(taskFound)
    #expect(task.heard.lowerBound == 0 && abs(task.heard.upperBound - 10.5) < 0.01)
    #expect(!listener.isDue)
    Self.hear(10.5..<14, &listener)
    #expect(!listener.isDue)
    listener.endPass()
    #expect(listener.isDue)
    _ = listener.nextTask()
    // Again, and nothing new.
    Self.hear(0..<14, &listener)
    listener.endPass()
    #expect(!listener.isDue)
    // Another score is to be aligned with all of it.
    listener.changeScore()
    let last = listener.nextTask()
    #expect(last?.news == 0..<14)
  }

  /// The first seconds give the tempo of the rest, and the whole all of it.
  @Test func aPassIsAlignedBetterAndBetter() throws {
    var listener = Listener(sampleRate: Self.rate)
    Self.hear(0..<11, &listener)
    let firstFound = listener.nextTask()
    let first = try #require(firstFound)
    guard
      case .aligned(let early, _) = first.run(Self.score, before: nil, offsetSeconds: 0)
    else {
      Issue.record("not aligned")
      return
    }
    #expect(early.judgement == .good)
    #expect(quantile(Self.errors(of: early, until: 10), 0.9) < 0.05)
    #expect(quantile(Self.errors(of: early, until: 30), 0.9) < 1)
    let count = Self.score.parts.flatMap(\.notes).count
    #expect(early.parts.flatMap(\.notes).count == count)
    Self.hear(11..<26, &listener)
    let secondFound = listener.nextTask()
    let second = try #require(secondFound)
    switch second.run(Self.score, before: early, offsetSeconds: 0) {
    case .aligned(let late, _): #expect(quantile(Self.errors(of: late, until: 30), 0.9) < 0.05)
    case .follows: #expect(quantile(Self.errors(of: early, until: 30), 0.9) < 0.05)
    default: Issue.record("lost")
    }
  }

  @Test func aRightScoreIsLeftAlone() throws {
    var listener = Listener(sampleRate: Self.rate)
    Self.hear(0..<20, &listener)
    let taskFound = listener.nextTask()
    let task = try #require(taskFound)
    var right = Self.score
    for part in right.parts.indices {
      for note in right.parts[part].notes.indices {
        let written = right.parts[part].notes[note]
        right.parts[part].notes[note].onsetSeconds = Self.time(written.onsetSeconds) - 1.5
        right.parts[part].notes[note].releaseSeconds = Self.time(written.releaseSeconds) - 1.5
        right.parts[part].notes[note].dampedSeconds = Self.time(written.dampedSeconds) - 1.5
      }
    }
    guard case .follows(let verdict) = task.run(right, before: nil, offsetSeconds: 1.5) else {
      Issue.record("aligned")
      return
    }
    #expect(verdict.judgement == .good)
  }

  @Test func anotherPieceIsRefused() throws {
    var listener = Listener(sampleRate: Self.rate)
    Self.hear(0..<25, &listener)
    let taskFound = listener.nextTask()
    let task = try #require(taskFound)
    let other = HeardScore(
      parts: [Part(name: "left", notes: MadePiece(seed: 500, noteCount: 90).notes)],
      hasPedal: false)
    guard case .refused = task.run(other, before: nil, offsetSeconds: 0) else {
      Issue.record("accepted")
      return
    }
  }

  /// A session that has heard all of it is not changed by a few seconds of it.
  @Test func whatIsKnownStays() throws {
    var listener = Listener(sampleRate: Self.rate)
    Self.hear(0..<26, &listener)
    let taskFound = listener.nextTask()
    let task = try #require(taskFound)
    guard
      case .aligned(let whole, _) = task.run(Self.score, before: nil, offsetSeconds: 0)
    else {
      Issue.record("not aligned")
      return
    }
    var anew = Listener(sampleRate: Self.rate)
    Self.hear(8..<19, &anew)
    let partFound = anew.nextTask()
    let part = try #require(partFound)
    guard case .follows = part.run(Self.score, before: whole, offsetSeconds: 0) else {
      Issue.record("aligned again")
      return
    }
  }
}
