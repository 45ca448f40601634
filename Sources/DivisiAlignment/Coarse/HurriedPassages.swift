/// Where a path goes through a score much faster than elsewhere, and the recording lacks what it passes: a repeat too many,
/// which a path without jumps can leave out in no other way.
enum HurriedPassages {
  /// Over so many seconds.
  private static let seconds = 1.0
  /// So many times as fast as the path is on the whole. Right ones reach 1.6, but their notes are audible there.
  private static let haste = 1.5
  /// How many notes there have to be, and the share of them that is not audible.
  private static let (leastNotes, share) = (6, 0.2)

  /// - Returns: in seconds of the recording, ascending.
  static func find(in path: CoarsePath, notes: AudibleNotes) -> [Range<Double>] {
    let rate = path.frameRate
    let span = max(1, Int(seconds * rate))
    let frames = path.frames.score
    var result: [Range<Double>] = []
    for stretch in path.stretches where stretch.count > span {
      var first: Int?
      for index in stretch.lowerBound..<stretch.upperBound - span + 1 {
        let isHurried =
          index + span < stretch.upperBound
          && Double(frames[index + span] - frames[index]) >= haste * Double(span)
        if isHurried {
          first = first ?? index
        } else if let begin = first {
          first = nil
          let start = path.frames.recording.lowerBound
          let passage =
            Double(start + begin) / rate..<Double(start + index + span) / rate
          let count = notes.count(in: passage)
          let missing = Double(count.all - count.audible)
          if count.all >= leastNotes, missing > share * Double(count.all) {
            result.append(passage)
          }
        }
      }
    }
    return result
  }
}
