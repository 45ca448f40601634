// Thread: worker

import DivisiAlignment
import DivisiEngine
import Synchronization

/// Listening: the score is aligned with what is heard, on a thread of its own, and kept with the state.
///
///     audio ──▶ sound ──▶ listener ──▶ task ──▶ alignment ──▶ streams, which may learn anew
///
extension WorkerSide {
  /// Takes what was heard since the last time.
  func takeSound() {
    listening.take(from: channels)
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
    content.withLock { $0.following != .off && !$0.score.parts.allSatisfy(\.notes.isEmpty) }
      && listening.isDue
  }

  /// Aligns the score, if there is enough new; waits for an alignment that is in hand.
  func align() {
    listening.aligning.withLock { _ in
      guard isAlignmentDue, let task = listening.nextTask() else { return }
      let (score, before, following) = content.withLock {
        ($0.score, $0.alignment, $0.following)
      }
      let offset = Double(bitPattern: channels.flags.pointee.offsetBits.load(ordering: .acquiring))
      let heard = score.heard
      let instrument = instrument(of: score)
      guard following == .listen else {
        follow(task, heard, by: instrument, offsetSeconds: offset)
        return
      }
      deliver(
        task.run(heard, by: instrument, before: before, offsetSeconds: offset), of: heard.key)
    }
  }

  /// What plays a score: drums sound like those that streams start from.
  private func instrument(of score: LoadedScore) -> Instrument {
    guard kind.isPercussive else { return .pitched }
    let own = content.withLock(\.model.kit)
    let kit =
      own ?? preparation.withLock(\.defaultKit) ?? DrumKit(patches: [:], origin: "")
    return .drums(
      kit.patches(struckBy: score.parts.flatMap(\.notes)), grid: DrumKit.grid,
      number: DrumKit.articulation)
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
      preparation.withLock { _ in
        let (isCurrent, learnsAnew) = content.withLock { content in
          guard content.score.heard.key == key else { return (false, false) }
          // What was learnt from notes in wrong places is not worth keeping.
          let learnsAnew = content.alignment.map(alignment.isElsewhere) ?? true
          adopt(alignment, in: &content)
          return (true, learnsAnew)
        }
        if isCurrent { publishScore(learnsAnew: learnsAnew) }
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
    guard let following = Following(rawValue: way) else { return }
    let differs = content.withLock { content in
      guard content.following != following else { return false }
      let wasLive = content.following == .live
      content.following = following
      content.live = nil
      content.lostSince = nil
      content.lastFollowing = ""
      listening.setLive(following == .live)
      publishPlaces(content)
      // A stream that a state asks for comes by itself.
      return (wasLive || following == .live || content.alignment != nil) && !content.awaitsStream
    }
    if differs { rebuild(&preparation) }
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
    content.live = nil
    publishPlaces(content)
  }

  func publishPlaces(_ content: Content) {
    let alignment = content.aligned
    channels.flags.pointee.places.publish(ScorePlaces(alignment))
    channels.flags.pointee.isLost.store(
      content.following == .live && content.live?.isHeld == true, ordering: .relaxed)
    show(alignment?.judgement)
  }

  func show(_ judgement: Verdict.Judgement?) {
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
  func say(_ judgement: Verdict.Judgement?, _ text: String) {
    if let judgement { show(judgement) }
    let isNew = content.withLock { content in
      defer { content.lastFollowing = text }
      return content.lastFollowing != text
    }
    if isNew { reportNote("follow: \(text)") }
  }

  static func describe(_ alignment: HeardAlignment, _ verdict: Verdict) -> String {
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
  /// How the score is aligned for what is played now; nil where it is as written.
  var aligned: HeardAlignment? {
    switch following {
    case .off: nil
    case .listen: alignment
    case .live: live
    }
  }

  /// What streams play: the score as it is written, or as it was aligned.
  var playing: LoadedScore {
    guard slotScore == nil, let aligned else { return slotScore ?? score }
    var playing = score
    playing.parts = aligned.partsWithoutOffset
    playing.bars = []
    return playing
  }
}
