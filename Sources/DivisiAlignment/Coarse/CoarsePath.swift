import DivisiDSP

/// A note of the score, and about when the recording has it.
struct PlacedNote: Sendable {
  /// Which of the notes of the search.
  var index: Int
  /// In seconds of the recording.
  var onset: Double
}

/// A path through recording and score in seconds.
struct CoarsePath: Sendable {
  /// In frames.
  let frames: FramePath
  /// Frames per second, of both.
  let frameRate: Double
  /// A time t of the score was searched at scale · t + offset.
  let scale: Double
  let offset: Double
  /// The last onset of the score, in seconds of the search.
  let lastOnset: Double

  /// Stretches shorter than this between two jumps are none, in seconds.
  private static let shortest = 0.4
  /// How far before and after its ends a stretch between jumps takes notes in, in frames.
  private static let margin = 0.5

  /// The same in a recording that has some frames more before its begin.
  func later(by frameCount: Int) -> CoarsePath {
    CoarsePath(
      frames: FramePath(
        recording: frames.recording.lowerBound
          + frameCount..<frames.recording.upperBound + frameCount, score: frames.score,
        meanCost: frames.meanCost), frameRate: frameRate, scale: scale, offset: offset,
      lastOnset: lastOnset)
  }

  /// Stretches in which the path moves on without a jump, as indices of the path.
  var stretches: [Range<Int>] {
    var result: [Range<Int>] = []
    var first = 0
    for index in frames.score.indices.dropFirst() {
      // Three frames on is a move.
      if !(0...3).contains(frames.score[index] - frames.score[index - 1]) {
        result.append(first..<index)
        first = index
      }
    }
    result.append(first..<frames.score.count)
    let long = result.filter { Double($0.count) > Self.shortest * frameRate }
    return long.isEmpty ? result : long
  }

  /// Points in seconds of score and recording, one for each frame of the score of a stretch.
  func points(of stretch: Range<Int>) -> [PathPoint] {
    var result: [PathPoint] = []
    var index = stretch.lowerBound
    while index < stretch.upperBound {
      let frame = frames.score[index]
      let first = index
      while index < stretch.upperBound, frames.score[index] == frame { index += 1 }
      let middle = Double(frames.recording.lowerBound) + Double(first + index - 1) / 2
      result.append(
        PathPoint(score: seconds(ofFrame: frame), recording: (middle + 0.5) / frameRate))
    }
    return result
  }

  /// Seconds of the score in the middle of a frame of it.
  func seconds(ofFrame frame: Int) -> Double {
    ((Double(frame) + 0.5) / frameRate - offset) / scale
  }

  /// About when each onset is played: not at all, or as often as the path passes it.
  ///
  /// - Parameter onsets: in seconds of the score.
  /// - Returns: in the order of the path, then of the onsets.
  /// - Complexity: O(stretches · (onsets + frames)).
  func place(_ onsets: [Double]) -> [PlacedNote] {
    var result: [PlacedNote] = []
    let stretches = self.stretches
    for (number, stretch) in stretches.enumerated() {
      let (first, last) = (frames.score[stretch.lowerBound], frames.score[stretch.upperBound - 1])
      let beginsScore = number == 0 && Double(first) < frameRate
      let endsScore =
        number == stretches.count - 1 && Double(last) >= (lastOnset - 1) * frameRate
      let line = PointLine(points(of: stretch), slope: scale)
      for (index, onset) in onsets.enumerated() {
        let frame = (onset * scale + offset) * frameRate
        guard beginsScore || frame >= Double(first) - Self.margin,
          endsScore || frame < Double(last) + Self.margin
        else { continue }
        result.append(PlacedNote(index: index, onset: line.recording(atScore: onset)))
      }
    }
    return result
  }
}
