/// How the path is found back: the moves of all rows, or of a block of them at a time.
extension PathSearch {
  mutating func keepCosts(before row: Int) {
    let band = row > 0 ? bands[row - 1] : 0..<0
    let previous = costs.column((row + 1) % 2) + Self.margin
    costsBefore.append((band.map { previous[$0] }, base))
  }

  /// Finds the moves of an earlier block again.
  private mutating func findAgain(_ block: Int) {
    let rows = block * blockLength..<min((block + 1) * blockLength, recording.frameCount)
    for column in 0..<2 {
      costs.column(column).update(repeating: Self.never, count: costs.columnStride)
    }
    base = costsBefore[block].base
    if rows.lowerBound > 0 {
      let previous = costs.column((rows.lowerBound + 1) % 2) + Self.margin
      for (frame, cost) in zip(bands[rows.lowerBound - 1], costsBefore[block].costs) {
        previous[frame] = cost
      }
    }
    for row in rows {
      find(row)
      rebaseAtTimes(row)
    }
  }

  /// Where the moves of a row are.
  func place(ofRow row: Int) -> Int {
    rowStarts[row] - rowStarts[row / blockLength * blockLength]
  }

  mutating func trace(from row: Int, _ frame: Int, meanCost: Double) -> FramePath {
    var frames: [Int] = []
    var (row, frame) = (row, frame)
    let end = row + 1
    var block = (recording.frameCount - 1) / blockLength
    while true {
      frames.append(frame)
      if row / blockLength != block {
        block = row / blockLength
        findAgain(block)
      }
      let move = moves[place(ofRow: row) + frame - bands[row].lowerBound]
      switch move {
      case Move.next: frame -= 1
      case Move.skip: frame -= 2
      case Move.longSkip: frame -= 3
      case Move.jump: frame = Int(jumpOrigins[row])
      case Move.begin:
        return FramePath(recording: row..<end, score: frames.reversed(), meanCost: meanCost)
      default: break
      }
      row -= 1
    }
  }
}
