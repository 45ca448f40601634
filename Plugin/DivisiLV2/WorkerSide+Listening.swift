// Thread: worker

import DivisiAlignment
import Synchronization

/// Listening: the score is aligned with what is heard, on a thread of its own, and kept with the state.
///
///     audio ──▶ sound ──▶ listener ──▶ task ──▶ alignment ──▶ a stream of its own at first, later the same
///
extension WorkerSide {
  /// Takes what was heard since the last time.
  func takeSound() {
    if kind.follows { listening.take(from: channels) }
  }

  /// Aligns the score, if there is enough new, while streams learn on.
  func alignAside() {
    listening.doAside { self.align() }
  }

  /// Waits for alignments in hand, and ends.
  ///
  /// - Thread: setup.
  func endListening() { listening.end() }

  /// Whether there is enough new, and a score to be aligned with it.
  var isAlignmentDue: Bool {
    kind.follows
      && content.withLock { $0.isListening && !$0.score.parts.allSatisfy(\.notes.isEmpty) }
      && listening.isDue
  }

  /// Aligns the score, if there is enough new; waits for an alignment that is in hand.
  func align() {
    listening.aligning.withLock { _ in
      guard isAlignmentDue, let task = listening.nextTask() else { return }
      let (score, before) = content.withLock { ($0.score, $0.alignment) }
      let offset = Double(bitPattern: channels.flags.pointee.offsetBits.load(ordering: .acquiring))
      let heard = score.heard
      deliver(task.run(heard, before: before, offsetSeconds: offset), of: heard.key)
    }
  }

  private func deliver(_ outcome: ListeningTask.Outcome, of key: UInt64) {
    switch outcome {
    case .unclear: break
    case .follows(let verdict):
      // What was aligned keeps its verdict, which is of more.
      guard content.withLock({ $0.alignment == nil }) else { break }
      say(verdict.judgement, "the score follows the recording as it is")
    case .refused(let verdict):
      guard content.withLock({ $0.alignment == nil }) else { break }
      say(
        .notThisPiece,
        "the score is probably of another piece (agreement \(Self.hundredths(verdict.agreement)), of right scores 0.7 or more); it is used as it is"
      )
    case .aligned(let alignment, let verdict):
      preparation.withLock { preparation in
        let (isCurrent, isFirst) = content.withLock { content in
          guard content.score.heard.key == key else { return (false, false) }
          // A stream that a state asks for comes by itself.
          let isFirst = content.alignment == nil && !content.awaitsStream
          adopt(alignment, in: &content)
          return (true, isFirst)
        }
        guard isCurrent else { return }
        // What was learnt from notes in wrong places is not worth keeping.
        if isFirst { rebuild(&preparation) } else { publishScore() }
      }
      say(alignment.judgement, Self.describe(alignment, verdict))
    }
    if listening.isFull {
      say(
        nil,
        "only \(Listener.limitMinutes) minutes of a recording are kept; the rest is placed by tempo"
      )
    }
  }

  /// How the recording is to be followed from now on, as the control `follow` says it.
  func follow(_ way: Int, _ preparation: inout Preparation) {
    guard kind.follows else { return }
    let isListening = way == 1
    let isAligned = content.withLock { content in
      guard content.isListening != isListening else { return false }
      content.isListening = isListening
      content.lastFollowing = ""
      publishPlaces(content)
      // A stream that a state asks for comes by itself.
      return content.alignment != nil && !content.awaitsStream
    }
    if isAligned { rebuild(&preparation) }
  }

  /// Takes a score for that of the host's choice; an alignment stays if it is of the same notes.
  func adopt(_ score: LoadedScore, in content: inout Content) {
    let key = score.heard.key
    let isSame = content.score.heard.key == key
    content.score = score
    guard !isSame else { return }
    adopt(nil, in: &content)
    listening.changeScore()
  }

  /// Takes an alignment for that of the score.
  func adopt(_ alignment: HeardAlignment?, in content: inout Content) {
    content.alignment = alignment
    publishPlaces(content)
  }

  private func publishPlaces(_ content: Content) {
    guard kind.follows else { return }
    let alignment = content.isListening ? content.alignment : nil
    channels.flags.pointee.places.publish(ScorePlaces(alignment))
    show(alignment?.judgement)
  }

  private func show(_ judgement: Verdict.Judgement?) {
    let value =
      switch judgement {
      case nil: 0
      case .good: 1
      case .doubtful: 2
      case .notThisPiece: 3
      }
    channels.flags.pointee.verdict.store(value, ordering: .relaxed)
  }

  /// Says what has come of it, once.
  private func say(_ judgement: Verdict.Judgement?, _ text: String) {
    if let judgement { show(judgement) }
    let isNew = content.withLock { content in
      defer { content.lastFollowing = text }
      return content.lastFollowing != text
    }
    if isNew { reportNote("follow: \(text)") }
  }

  private static func describe(_ alignment: HeardAlignment, _ verdict: Verdict) -> String {
    let (start, end) = (Int(alignment.heard.lowerBound), Int(alignment.heard.upperBound.rounded()))
    var text = "the score is aligned with the recording from \(start) to \(end) s: "
    text += "\(verdict.judgement.rawValue) (agreement \(hundredths(verdict.agreement)))"
    if alignment.transposition != 0 {
      text += ", \(abs(alignment.transposition)) semitones "
      text += alignment.transposition > 0 ? "higher" : "lower"
    }
    if !verdict.misfits.isEmpty {
      let places = verdict.misfits.map { "\(Int($0.lowerBound))–\(Int($0.upperBound.rounded())) s" }
      text += "; it does not fit at \(places.joined(separator: ", "))"
    }
    return text
  }

  /// A number with two decimals.
  private static func hundredths(_ value: Double) -> String {
    let count = Int((abs(min(max(value, -100), 100)) * 100).rounded())
    let digits = "\(count % 100)"
    return
      "\(value < 0 && count > 0 ? "-" : "")\(count / 100).\(digits.count < 2 ? "0" : "")\(digits)"
  }
}

extension WorkerSide.Content {
  /// What streams play: the score as it is written, or as it was aligned.
  var playing: LoadedScore {
    guard isListening, slotScore == nil, let alignment else { return slotScore ?? score }
    var playing = score
    playing.parts = alignment.partsWithoutOffset
    return playing
  }
}
