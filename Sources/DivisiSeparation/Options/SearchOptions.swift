package import ArgumentParser
package import DivisiAlignment
package import DivisiScore
import Terminal

/// Where a recording may leave the order of its score.
package enum JumpMode: String, CaseIterable, ExpressibleByArgument {
  /// Where the score repeats.
  case marked
  /// From any note to any other.
  case any
}

/// How scores and recordings are searched for each other, and what is known beforehand.
package struct SearchOptions: ParsableArguments {
  @Option(
    help:
      "Where the recording may leave the order of the score when it is aligned: marked where the score repeats, any from any note to any other.",
    completion: .list(JumpMode.allCases.map(\.rawValue)))
  package var jumps = JumpMode.marked

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Where a bar of the score begins in the recording, such as bar12=34.5, or a time in the score and that in the recording, such as 12.5=14, in seconds. The alignment keeps it, and moves what lies before the first anchor and after the last as much as that one. May be repeated.",
      valueName: "place=seconds"))
  package var anchor: [String] = []

  package init() {}

  package func validate() throws {
    let places = try anchor.map(AnchorText.init)
    // Bars are known only with a score.
    guard places.allSatisfy(\.isInSeconds) else { return }
    do {
      _ = try anchors(bars: [])
    } catch let failure as Failure {
      throw ValidationError(failure.description)
    }
  }

  /// For a score with some bars.
  ///
  /// - Throws: one line for bars that it does not have, and for anchors that cannot both be.
  package func settings(bars: [Bar]) throws -> AlignmentOptions {
    var result = AlignmentOptions()
    result.anchors = try anchors(bars: bars)
    result.jumps = jumps == .any ? .anywhere : .repeats(of: bars)
    return result
  }

  private func anchors(bars: [Bar]) throws -> [Anchor] {
    let anchors = try anchor.map { text in
      let place = try AnchorText(text)
      return (text, Anchor(scores: try place.place.seconds(in: bars), audio: place.seconds))
    }
    // What is played several times, or anywhere, is in the order in which the recording has it.
    guard jumps == .marked, anchors.allSatisfy({ $1.scores.count == 1 }) else {
      return anchors.map(\.1)
    }
    let sorted = anchors.sorted { $0.1.scores[0] < $1.1.scores[0] }
    for ((first, a), (second, b)) in zip(sorted, sorted.dropFirst())
    where a.scores == b.scores || a.audio >= b.audio {
      throw Failure(
        "--anchor: expected times that ascend in score and recording, found \(first) and \(second)")
    }
    return anchors.map(\.1)
  }
}

/// An anchor as it is typed.
private struct AnchorText {
  enum Place {
    case seconds(Double)
    /// By the number that it has in print.
    case bar(Int)

    /// Wherever the score has it.
    ///
    /// - Parameter bars: in the order of playing.
    func seconds(in bars: [Bar]) throws -> [Double] {
      let number: Int
      switch self {
      case .seconds(let seconds): return [seconds]
      case .bar(let wanted): number = wanted
      }
      let starts = bars.filter { $0.number == number }.compactMap(\.beats.first)
      guard starts.isEmpty else { return starts }
      let numbers = bars.map(\.number)
      guard let first = numbers.min(), let last = numbers.max() else {
        throw Failure(
          "--anchor: expected seconds of the score, which has no bars, found bar\(number)")
      }
      throw Failure(
        "--anchor: expected one of the bars \(first) to \(last) of the score, found bar\(number)")
    }
  }

  let place: Place
  /// Of the recording.
  let seconds: Double

  var isInSeconds: Bool { if case .seconds = place { true } else { false } }

  private static let prefix = "bar"

  init(_ text: String) throws {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, let place = Self.place(sides[0]), let seconds = Double(sides[1]),
      (0...ScoreOptions.longestSeconds).contains(seconds)
    else {
      throw ValidationError(
        "--anchor: expected a bar or seconds of the score and seconds of the recording, such as bar12=34.5 or 12.5=14, found '\(text)'"
      )
    }
    self.place = place
    self.seconds = seconds
  }

  private static func place(_ text: Substring) -> Place? {
    if text.lowercased().hasPrefix(prefix) {
      return Int(text.dropFirst(prefix.count).drop { $0 == " " }).map(Place.bar)
    }
    return Double(text).flatMap {
      abs($0) <= ScoreOptions.longestSeconds ? .seconds($0) : nil
    }
  }
}
