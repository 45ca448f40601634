// Thread: worker

import DivisiControls
import DivisiEngine
import DivisiScore
internal import Glibc
import Synchronization

/// What the plugin's own window is told of the score, piece by piece.
struct ScoreTale: Sendable {
  private var edition: UInt32 = 0
  private var notes: [FaceMessage.Note] = []
  private var beats: [FaceMessage.Beat] = []
  /// How many of each have been told; nil where all have.
  private var nextNote: Int?
  private var nextBeat: Int?

  var isUnderWay: Bool { nextNote != nil || nextBeat != nil }

  /// Begins anew, unless it would be the same.
  ///
  /// - Parameter isAsked: whether it is to be told even so.
  mutating func begin(_ score: LoadedScore, isAsked: Bool) {
    let notes = Self.notes(of: score)
    let beats = Self.beats(of: score)
    guard isAsked || notes != self.notes || beats != self.beats else { return }
    edition &+= 1
    (self.notes, self.beats) = (notes, beats)
    (nextNote, nextBeat) = (0, 0)
  }

  /// The next piece; nil after the last.
  mutating func next() -> (subject: TextRing.Subject, bytes: [UInt8])? {
    if let start = nextNote {
      return (.notes, Self.piece(of: notes, from: start, edition, next: &nextNote))
    }
    if let start = nextBeat {
      return (.beats, Self.piece(of: beats, from: start, edition, next: &nextBeat))
    }
    return nil
  }

  /// As many elements as a message holds, behind a head.
  private static func piece<Element: BitwiseCopyable>(
    of list: [Element], from start: Int, _ edition: UInt32, next: inout Int?
  ) -> [UInt8] {
    let head = FaceMessage.Head(
      edition: edition, first: UInt32(start), total: UInt32(list.count))
    let room =
      (FaceMessage.largest - MemoryLayout<FaceMessage.Head>.size) / MemoryLayout<Element>.stride
    let end = min(start + room, list.count)
    next = end < list.count ? end : nil
    return withUnsafeBytes(of: head) { Array($0) }
      + list[start..<end].withUnsafeBytes { Array($0) }
  }

  private static func notes(of score: LoadedScore) -> [FaceMessage.Note] {
    score.parts.enumerated().flatMap { part, content in
      content.notes.map { note in
        FaceMessage.Note(
          onset: Float(note.onsetSeconds), end: Float(note.releaseSeconds),
          part: UInt8(clamping: part), pitch: UInt8(clamping: note.pitch),
          velocity: UInt8(clamping: note.velocity))
      }
    }.sorted { ($0.onset, $0.part, $0.pitch) < ($1.onset, $1.part, $1.pitch) }
  }

  private static func beats(of score: LoadedScore) -> [FaceMessage.Beat] {
    score.bars.flatMap { bar in
      bar.beats.enumerated().map { index, seconds in
        FaceMessage.Beat(
          seconds: Float(seconds), bar: index == 0 ? Int32(clamping: bar.number) : -1)
      }
    }
  }
}

extension WorkerSide {
  /// So many pieces may wait, so that what else there is to say does not wait long.
  private static let mostWaiting = 2

  /// Tells the plugin's own window of the score, if there is one to be told.
  ///
  /// - Parameter isAsked: whether it has just opened.
  func tellScore(isAsked: Bool) {
    guard isAsked || channels.flags.pointee.isWatched.load(ordering: .relaxed)
    else { return }
    content.withLock { $0.tale.begin($0.playing, isAsked: isAsked) }
  }

  /// Tells it what there is room for, and what was heard since.
  func tellOn() {
    let flags = channels.flags
    if flags.pointee.isWatched.load(ordering: .relaxed) { tellHeard() }
    content.withLock { content in
      while flags.pointee.waitingTales.load(ordering: .relaxed) < Self.mostWaiting,
        channels.replies.hasRoom(forCount: FaceMessage.largest), let piece = content.tale.next()
      {
        send(piece.subject, piece.bytes)
      }
      flags.pointee.hasBacklog.store(
        !content.backlog.isEmpty || content.tale.isUnderWay, ordering: .releasing)
    }
  }

  private func send(_ subject: TextRing.Subject, _ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress,
        channels.replies.write(subject, start, count: bytes.count)
      else { return }
      _ = channels.flags.pointee.waitingTales.add(1, ordering: .relaxed)
    }
  }

  /// Tells what the stream in the outputs has heard; what finds no room is not told.
  private func tellHeard() {
    guard let (number, stream) = content.withLock({ $0.streams.first }) else { return }
    let sounds = withExtendedLifetime(stream) { stream.worker.takeHeard() }
      .compactMap { sound -> FaceMessage.Heard? in
        // 40 dB in 255 steps.
        let level = 255 * (1 + log10(Double(max(sound.level, 1e-9))) / 2)
        guard level >= 1 else { return nil }
        return FaceMessage.Heard(
          seconds: Float(sound.seconds), part: UInt8(clamping: sound.part),
          pitch: UInt8(clamping: sound.pitch), level: UInt8(min(level, 255)))
      }
    let source = FaceMessage.Source(stream: UInt32(truncatingIfNeeded: number))
    let room =
      (FaceMessage.largest - MemoryLayout<FaceMessage.Source>.size)
      / MemoryLayout<FaceMessage.Heard>.stride
    content.withLock { _ in
      for start in stride(from: 0, to: sounds.count, by: room) {
        guard channels.replies.hasRoom(forCount: FaceMessage.largest),
          channels.flags.pointee.waitingTales.load(ordering: .relaxed) < 2 * Self.mostWaiting
        else { return }
        let piece = sounds[start..<min(start + room, sounds.count)]
        send(
          .heard,
          withUnsafeBytes(of: source) { Array($0) } + piece.withUnsafeBytes { Array($0) })
      }
    }
  }
}
