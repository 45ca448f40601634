import DivisiDSP

/// An ending at another tempo: twice as fast or as slow as the rest.
///
/// A path that hurries or dwells pays for each frame, so over the last seconds it is cheaper to leave the score than to
/// follow such a change; anywhere else what comes next holds it.
struct Ending: Sendable, Equatable {
  /// Where it begins, in seconds of the score.
  let start: Double
  /// How many times as long it is as the score has it.
  let factor: Double

  private static let factors = [0.5, 2]
  /// How long before the end of the sound it may begin, and what is searched for it, in seconds.
  private static let (places, searched) = ([2.5, 4, 5.5, 7], 12.0)
  /// It has to cost less than this share of an ending in time. Of 52 right scores of pianos and winds none does; of 48 of
  /// pianos whose last 5 s are twice as fast or as slow, two in three.
  private static let gain = 0.96

  /// A time of the score, moved to where it would be if the ending were in time.
  func moved(_ score: Double) -> Double {
    score <= start ? score : start + factor * (score - start)
  }

  func moved(_ notes: [SketchedNote]) -> [SketchedNote] {
    notes.map { SketchedNote(onset: moved($0.onset), end: moved($0.end), pitch: $0.pitch) }
  }

  /// The ending that fits better than one in time; nil if none does.
  ///
  /// - Parameters:
  ///   - search: of the recording's features at the path's rate in some frames.
  ///   - notes: in seconds of the score.
  ///   - isSounding: of each frame of the recording.
  /// - Complexity: O(searched frames² · bands).
  static func find(
    _ notes: [SketchedNote], after best: ScoreSearch.Result, isSounding: [Bool],
    search: (Range<Int>) -> ScoreSearch
  ) -> Ending? {
    let path = best.path
    guard let last = isSounding.lastIndex(of: true) else { return nil }
    let (first, rate) = (path.frames.recording.lowerBound, path.frameRate)
    func score(at frame: Int) -> Double {
      let index = min(max(0, frame - first), path.frames.score.count - 1)
      return path.seconds(ofFrame: path.frames.score[index])
    }
    let begin = max(first, last - Int(searched * rate))
    let tail = notes.filter { $0.onset >= score(at: begin) }
    guard !tail.isEmpty else { return nil }
    let end = search(begin..<isSounding.count)
    func cost(_ notes: [SketchedNote]) -> Double {
      end.path(notes, scale: path.scale, transposition: best.transposition)?.path.frames.meanCost
        ?? .infinity
    }
    var (least, ending) = (gain * cost(tail), Ending?.none)
    for place in places {
      let start = score(at: last - Int(place * rate))
      for factor in factors {
        let candidate = Ending(start: start, factor: factor)
        let cost = cost(candidate.moved(tail))
        if cost < least { (least, ending) = (cost, candidate) }
      }
    }
    return ending
  }
}
