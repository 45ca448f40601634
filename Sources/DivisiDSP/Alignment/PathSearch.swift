internal import DivisiKernels

/// Finds the cheapest path through a recording and a score.
///
/// A hidden Markov model whose states are the frames of the score: every frame of the recording pays once
/// for how unlike the frame of the score is that it meets, 1 − ⟨levels, levels⟩ + w |onsets − onsets|, and for
/// every move other than one frame on. Frames before and after the path pay for being outside the score.
///
/// - SeeAlso: Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77(2), 1989, section III.B (Viterbi);
///   Fremerey, Müller & Clausen, "Handling repeats and jumps in score-performance synchronization", ISMIR 2010.
public struct PathSearch: ~Copyable {
  let recording: PathFeatures
  private let score: PathFeatures
  private let rules: PathRules
  /// Least costs of the paths that end in each frame of the score, less what they would have paid outside:
  /// of this row and of the one before, in columns, after a margin. What is outside the band is `never`.
  let costs: Matrix
  /// What meetings cost, a column for each of some rows; and the products of their onsets, behind.
  private let meetings: Matrix
  /// The blocks of rows of levels and of onsets.
  private let levelBlocks: [Int32]
  private let onsetBlocks: [Int32]
  /// How the best path came to each frame: rows of a block of the recording after each other.
  let moves: UnsafeMutablePointer<UInt8>
  let bands: [Range<Int>]
  /// Rows of a block: all of them, or so many that moves and costs before blocks take the least memory.
  let blockLength: Int
  /// Of each block the costs of the row before it, in its band, and their base; none where there is one block only.
  var costsBefore: [(costs: [Float], base: Double)] = []
  let rowStarts: [Int]
  var jumpOrigins: [Int32]
  /// What was subtracted from all costs to keep them small.
  var base = 0.0

  static let margin = Matrix.alignment
  static let never: Float = 1e30
  /// Rows after which costs are made small again.
  private static let rebasePeriod = 256
  /// Rows that meet the score at once: frames of the score come from memory once for all of them, which takes most of
  /// the time where they do not fit into a cache.
  private static let rowsAtOnce = 8
  /// Pairs of frames whose moves are kept at once, at most; of more, those of a block are found again when they are asked
  /// for, from the costs before it.
  static let mostMoves = 1 << 26

  enum Move {
    static let begin: UInt8 = 0
    static let next: UInt8 = 1
    static let dwell: UInt8 = 2
    static let skip: UInt8 = 3
    static let longSkip: UInt8 = 4
    static let jump: UInt8 = 5
  }

  /// The cheapest path.
  ///
  /// - Parameters:
  ///   - recording: features of n frames.
  ///   - score: features of m frames, with the same bands and frame rate.
  ///   - rules: their frames within those of the two.
  /// - Returns: nil if either is empty, or if no path is allowed.
  /// - Complexity: O(n · m · bands), or the area of the band in place of n · m; a byte of memory per pair up to 64 MB, and
  ///   √n · m · 4 bytes where that would be more, which takes up to twice as long.
  public static func path(
    recording: PathFeatures, score: PathFeatures, rules: PathRules
  ) -> FramePath? {
    path(recording: recording, score: score, rules: rules, mostMoves: mostMoves)
  }

  /// - Parameter mostMoves: how many are kept at once.
  static func path(
    recording: PathFeatures, score: PathFeatures, rules: PathRules, mostMoves: Int
  ) -> FramePath? {
    guard recording.frameCount > 0, score.frameCount > 0 else { return nil }
    var search = PathSearch(
      recording: recording, score: score, rules: rules, mostMoves: mostMoves)
    return search.run()
  }

  private init(
    recording: PathFeatures, score: PathFeatures, rules: PathRules, mostMoves: Int
  ) {
    let (n, m) = (recording.frameCount, score.frameCount)
    precondition(rules.outsideCosts.count == n, "a cost for every frame")
    precondition(rules.band.map { $0.count == n } ?? true, "a band for every frame")
    self.recording = recording
    self.score = score
    self.rules = rules
    bands = rules.band?.map { $0.clamped(to: 0..<m) } ?? Array(repeating: 0..<m, count: n)
    var starts = [0]
    for band in bands { starts.append(starts.last! + band.count) }
    rowStarts = starts
    let length =
      starts.last! <= mostMoves
      ? n
      : (Int(2 * Double(n).squareRoot()) + Self.rowsAtOnce - 1) / Self.rowsAtOnce * Self.rowsAtOnce
    blockLength = length
    let largest =
      stride(from: 0, to: n, by: length).lazy.map {
        starts[min($0 + length, n)] - starts[$0]
      }.max() ?? 0
    // Moves are written by eights.
    moves = .allocate(capacity: largest + 8)
    jumpOrigins = [Int32](repeating: 0, count: rules.jumps == nil ? 0 : n)
    costs = Matrix(rowCount: m + 2 * Self.margin, columnCount: 2)
    for column in 0..<2 {
      costs.column(column).update(repeating: Self.never, count: costs.columnStride)
    }
    meetings = Matrix(rowCount: m + Self.margin, columnCount: 2 * Self.rowsAtOnce)
    levelBlocks = stride(from: 0, to: Int32(recording.directions.rowCount), by: 8).map { $0 }
    onsetBlocks = stride(from: 0, to: Int32(recording.onsets.rowCount), by: 8).map { $0 }
  }

  deinit { moves.deallocate() }

  private mutating func run() -> FramePath? {
    let n = recording.frameCount
    let outside = rules.outsideCosts.reduce(0.0) { $0 + Double($1) }
    var best = (cost: Double.infinity, row: 0, frame: 0)
    for row in 0..<n {
      if row % blockLength == 0, blockLength < n { keepCosts(before: row) }
      find(row)
      let current = costs.column(row % 2) + Self.margin
      let ends = row == n - 1 ? Array(bands[row]) : rules.mayEnd
      for frame in ends where bands[row].contains(frame) {
        let cost = base + Double(current[frame])
        if cost < best.cost { best = (cost, row, frame) }
      }
      rebaseAtTimes(row)
    }
    guard best.cost < Double(Self.never) / 2 else { return nil }
    return trace(from: best.row, best.frame, meanCost: (best.cost + outside) / Double(n))
  }

  mutating func find(_ row: Int) {
    if row % Self.rowsAtOnce == 0 {
      meet(row..<min(row + Self.rowsAtOnce, recording.frameCount))
    }
    advance(row)
  }

  // MARK: Meetings

  /// What frames of the recording cost with each frame of the score.
  private func meet(_ rows: Range<Int>) {
    multiply(rows, recording.directions, score.directions, levelBlocks, into: 0)
    multiply(rows, recording.onsets, score.onsets, onsetBlocks, into: Self.rowsAtOnce)
    for row in rows {
      let levels = meetings.column(row - rows.lowerBound)
      let onsets = meetings.column(row - rows.lowerBound + Self.rowsAtOnce)
      let (weight, power) = (rules.onsetWeight, recording.onsetPowers[row])
      score.onsetPowers.withUnsafeBufferPointer { powers in
        for frame in bands[row] {
          let squares = max(0, power + powers[frame] - 2 * onsets[frame])
          levels[frame] = 1 - levels[frame] + weight * squares.squareRoot()
        }
      }
    }
  }

  /// meetings[frame, first + i] ← ⟨columns[rows[i]], matrix[frame]⟩ for the frames of the bands of all rows.
  private func multiply(
    _ rows: Range<Int>, _ columns: borrowing Matrix, _ matrix: borrowing Matrix, _ blocks: [Int32],
    into first: Int
  ) {
    let (lower, upper) = (
      bands[rows.lowerBound].lowerBound, bands[rows.upperBound - 1].upperBound
    )
    blocks.withUnsafeBufferPointer { blocks in
      for frame in stride(from: lower, to: upper, by: 4) {
        let count = min(4, upper - frame)
        func column(_ index: Int) -> UnsafePointer<Float> {
          UnsafePointer(matrix.column(frame + min(index, count - 1)))
        }
        let others: BlockKernels.Columns = (column(0), column(1), column(2), column(3))
        for row in rows {
          let products = BlockKernels.dot(columns.column(row), others, over: blocks)
          // Columns have room for four more.
          UnsafeMutableRawPointer(meetings.column(first + row - rows.lowerBound) + frame)
            .storeBytes(of: products, as: SIMD4<Float>.self)
        }
      }
    }
  }

  // MARK: One row

  /// The least costs of this row from those of the last.
  private mutating func advance(_ row: Int) {
    let band = bands[row]
    let current = costs.column(row % 2) + Self.margin
    let previous = costs.column(1 - row % 2) + Self.margin
    if row > 1 {
      for frame in bands[row - 2] where !band.contains(frame) { current[frame] = Self.never }
    }
    let outside = rules.outsideCosts[row]
    let meeting = meetings.column(row % Self.rowsAtOnce)
    let rowMoves = moves + place(ofRow: row)
    move(band, from: previous, to: current, meeting, outside: outside, moves: rowMoves)
    func offer(_ frame: Int, _ cost: Float, _ move: UInt8) {
      let sum = cost + meeting[frame] - outside
      guard sum < current[frame] else { return }
      current[frame] = sum
      rowMoves[frame - band.lowerBound] = move
    }
    let begin = Float(-base)
    for frame in rules.mayBegin where band.contains(frame) { offer(frame, begin, Move.begin) }
    if row == 0 {
      for frame in band { offer(frame, rules.lateBeginCost, Move.begin) }
    } else if let jumps = rules.jumps {
      let sources = jumps.sources.lazy.filter(bands[row - 1].contains)
      if let origin = sources.min(by: { previous[$0] < previous[$1] }) {
        jumpOrigins[row] = Int32(origin)
        for frame in jumps.targets where band.contains(frame) {
          offer(frame, previous[origin] + jumps.cost, Move.jump)
        }
      }
    }
  }

  /// Moves of up to three frames on, for eight frames of the score at a time.
  private func move(
    _ band: Range<Int>, from previous: UnsafePointer<Float>,
    to current: UnsafeMutablePointer<Float>, _ meeting: UnsafePointer<Float>, outside: Float,
    moves: UnsafeMutablePointer<UInt8>
  ) {
    typealias Lane = SIMD8<Float>
    func load(_ pointer: UnsafePointer<Float>) -> Lane {
      UnsafeRawPointer(pointer).loadUnaligned(as: Lane.self)
    }
    for frame in stride(from: band.lowerBound, to: band.upperBound, by: 8) {
      var least = load(previous + (frame - 1))
      var move = SIMD8<Int32>(repeating: Int32(Move.next))
      func offer(_ cost: Lane, _ kind: UInt8) {
        let better = cost .< least
        least.replace(with: cost, where: better)
        move.replace(with: Int32(kind), where: better)
      }
      offer(load(previous + frame) + rules.dwellCost, Move.dwell)
      offer(load(previous + (frame - 2)) + rules.skipCost, Move.skip)
      offer(load(previous + (frame - 3)) + rules.longSkipCost, Move.longSkip)
      let sum = least + (load(meeting + frame) - outside)
      let count = min(8, band.upperBound - frame)
      let target = moves + (frame - band.lowerBound)
      if count == 8 {
        UnsafeMutableRawPointer(current + frame).storeBytes(of: sum, as: Lane.self)
        UnsafeMutableRawPointer(target).storeBytes(
          of: SIMD8<UInt8>(truncatingIfNeeded: move), as: SIMD8<UInt8>.self)
      } else {
        for lane in 0..<count {
          current[frame + lane] = sum[lane]
          target[lane] = UInt8(truncatingIfNeeded: move[lane])
        }
      }
    }
  }

  /// Takes the least cost away from all of the row now and then, so that they keep their precision.
  mutating func rebaseAtTimes(_ row: Int) {
    guard row % Self.rebasePeriod == Self.rebasePeriod - 1 else { return }
    let current = costs.column(row % 2) + Self.margin
    guard let least = bands[row].lazy.map({ current[$0] }).min(), least < Self.never / 2 else {
      return
    }
    base += Double(least)
    for frame in bands[row] { current[frame] -= least }
  }
}
