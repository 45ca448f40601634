package import DivisiAlignment
package import DivisiScore
import Glibc

/// What became of a score's times, and how well they fit.
package struct Placement {
  /// Where the times come from.
  package enum Method: String {
    /// From the score.
    case asWritten = "as written"
    /// From the recording.
    case aligned
  }

  package let method: Method
  /// Nil where nothing was compared.
  package var verdict: Verdict?
  /// Whether the notes begin when the times say, as far as anybody looked.
  package var isInTime = true
  /// What may help where something does not fit.
  package var advice: String?
  /// In seconds of the recording.
  package var bars: [Bar] = []
  /// Semitones by which the recording sounds higher than the score is written.
  package var transposition = 0
  /// Against A4 = 440 Hz; nil where nobody looked.
  package var tuningCents: Double?
  /// From the score to the recording; empty where nothing was moved.
  package var path: [TimeMap.Point] = []

  /// Which bars of the score the recording lacks at its begin and at its end.
  package var missing: [String] = []
  /// What was corrected; nil where nobody looked.
  package var changes: [NoteChange]?
  /// How many times as fast as the score the recording is played, on average.
  package var tempo = 1.0

  /// Of a score that nothing is known of.
  package static let asWritten = Placement(method: .asWritten)

  /// What is to be said of it in one line; nil where nothing was compared.
  package var text: String? {
    guard let verdict else { return corrections.map { "score: as written, \($0)" } }
    var words = [method == .aligned ? "score: aligned" : "score: as written"]
    if !isInTime { words.append("the recording does not follow it") }
    switch verdict.judgement {
    case .good where isInTime: words.append("it fits")
    case .good: break
    case .doubtful: words += doubts
    case .notThisPiece where method == .asWritten:
      words.append("it seems to be of another piece or another time")
    case .notThisPiece: words.append("it seems to be of another piece")
    }
    if transposition != 0 {
      let count = abs(transposition)
      words.append(
        "the recording sounds \(count) semitone\(count == 1 ? "" : "s") \(transposition > 0 ? "higher" : "lower")"
      )
    }
    if let corrections { words.append(corrections) }
    if abs(log(tempo)) > Self.tempoShare {
      words.append("the score is played at \(fixed(tempo, digits: 2)) times its tempo")
    }
    let text =
      words.joined(separator: ", ") + " (agreement \(fixed(verdict.agreement, digits: 2)))"
    return advice.map { "\(text); \($0)" } ?? text
  }

  /// How many notes were corrected, and where.
  private var corrections: String? {
    guard let changes, !changes.isEmpty else { return nil }
    let added = changes.count { $0.kind == .added }
    let moved = changes.count - added
    var counts: [String] = []
    if added > 0 { counts.append("\(added) added") }
    if moved > 0 { counts.append("\(moved) moved to the pitch played") }
    let places = changes.prefix(Self.mostPlaces).map { fixed($0.seconds, digits: 1) }
    let more = changes.count - places.count
    return "\(changes.count) note\(changes.count == 1 ? "" : "s") corrected ("
      + counts.joined(separator: ", ")
      + ") at " + places.joined(separator: ", ") + " s"
      + (more > 0 ? " and \(more) more places" : "")
  }

  /// Why a verdict is doubtful, and where.
  package var doubts: [String] {
    guard let verdict, verdict.judgement == .doubtful else { return [] }
    var words = ["the fit is doubtful"]
    if !verdict.misfits.isEmpty {
      let places = misfitPlaces.prefix(Self.mostPlaces)
      let more = verdict.misfits.count - places.count
      words.append(
        "wrong at " + places.joined(separator: ", ") + (more > 0 ? " and \(more) more places" : ""))
    }
    if verdict.agreement < Verdict.doubted { words.append("the agreement is low") }
    if let distinction = verdict.distinction, distinction < Verdict.doubtedDistinction {
      words.append("other keys fit nearly as well")
    }
    if verdict.coverage < Verdict.leastShare {
      words.append("it covers \(fixed(100 * verdict.coverage, digits: 0)) % of the sound")
    }
    if verdict.soundBefore > Self.leastOutside {
      words.append("the recording begins \(fixed(verdict.soundBefore, digits: 0)) s before it")
    }
    if verdict.soundAfter > Self.leastOutside {
      words.append("the recording goes on for \(fixed(verdict.soundAfter, digits: 0)) s after it")
    }
    if verdict.usedNotes < Verdict.leastShare {
      words.append(
        "the recording has \(fixed(100 * verdict.usedNotes, digits: 0)) % of its notes")
    }
    if let share = verdict.audibleNotes, share < Verdict.leastAudible {
      words.append(
        "\(fixed(100 * (1 - share), digits: 0)) % of its notes do not sound where they should")
    }
    return words + missing
  }

  /// Where the score does not fit, in seconds and bars.
  package var misfitPlaces: [String] { (verdict?.misfits ?? []).map(place) }

  /// What is to be said where there is no report: a warning, or what was corrected; nil where there is nothing.
  package func remark(score path: String) -> String? {
    doubt(score: path) ?? corrections.map { "\(path): \($0)" }
  }

  /// That nobody looked for wrong notes; nil where somebody did.
  package func uncorrected(score path: String) -> String? {
    changes == nil
      ? "\(path): its notes are used as they are; drums, and scores of another piece, are not corrected"
      : nil
  }

  /// A warning; nil where nothing is doubtful.
  package func doubt(score path: String) -> String? {
    guard let verdict, verdict.judgement != .good || !isInTime, let text else { return nil }
    return "\(path): \(text)"
  }

  private static let mostPlaces = 5
  /// Sound outside the score is told from here on, in seconds.
  private static let leastOutside = 3.0
  /// A tempo is told if it is as much higher or lower.
  private static let tempoShare = 0.1

  private func place(_ range: Range<Double>) -> String {
    let seconds =
      "\(fixed(range.lowerBound, digits: 0))–\(fixed(range.upperBound, digits: 0)) s"
    let inside = bars.filter {
      $0.endSeconds > range.lowerBound && ($0.beats.first ?? .infinity) < range.upperBound
    }
    guard let first = inside.first?.number, let last = inside.last?.number else { return seconds }
    return seconds + (first == last ? " (bar \(first))" : " (bars \(first)–\(last))")
  }

  /// The same for programs.
  package struct Record: Encodable {
    package let score: String
    package let verdict: String?
    package let inTime: Bool?
    package let agreement: Double?
    package let distinction: Double?
    package let coverage: Double?
    package let usedNotes: Double?
    package let audibleNotes: Double?
    package let misfits: [[Double]]?
    package let transposition: Int
    package let tuningCents: Double?
    package let tempo: Double?
    package let corrections: [Correction]?

    /// A note that was added or moved.
    package struct Correction: Encodable {
      package let seconds: Double
      package let pitch: Int
      /// What the score has instead; nil where it has nothing.
      package let instead: Int?
    }
  }

  package var record: Record {
    Record(
      score: method.rawValue, verdict: verdict?.judgement.rawValue,
      inTime: verdict.map { _ in isInTime },
      agreement: verdict?.agreement, distinction: verdict?.distinction,
      coverage: verdict?.coverage, usedNotes: verdict?.usedNotes,
      audibleNotes: verdict?.audibleNotes,
      misfits: verdict?.misfits.map { [$0.lowerBound, $0.upperBound] },
      transposition: transposition, tuningCents: tuningCents,
      tempo: method == .aligned ? tempo : nil,
      corrections: changes?.map { change in
        var instead: Int?
        if case .moved(let pitch) = change.kind { instead = pitch }
        return Record.Correction(seconds: change.seconds, pitch: change.pitch, instead: instead)
      })
  }
}
