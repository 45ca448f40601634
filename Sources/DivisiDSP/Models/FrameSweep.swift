internal import DivisiKernels

/// The open entries of a pattern in an order that is kind to caches: blocks of frames, and in each
/// the components that may sound there.
///
///                 frames ─▶
///                 ├──── chunk 0 ────────┼─ chunk 1 ─ …     a thread's work
///                 │ block 0  │ block 1  │ block 2          columns that stay in the cache
///     component 0 │ ■■■■ ■■  │          │ ■■■■
///     component 1 │    ■■■   │ ■■■■ ■■■■│ ■■               ■■■■ a visit: up to four entries
///     component 2 │          │     ■■■■ │ ■■■■             that are open, of one component
///
/// In each block its visits are made component by component. All products that need the columns of a
/// block are taken while it is in the second-level cache; a spectrogram is read from memory once per
/// sweep. Chunks have sums of their own (``TemplateSums``), added up in their order after the sweep.
/// How many there are depends on shapes alone, and so does the order of all sums.
struct FrameSweep: Sendable {
  /// Up to four successive entries of one component in one block: what kernels take at once.
  struct Visit {
    let component: Int
    let entries: Range<Int>
  }

  /// Successive frames, and what is open there.
  struct Block {
    let frames: Range<Int>
    /// The bins that the components which may sound there use.
    let support: BinBlocks
    fileprivate let visits: Range<Int>
  }

  /// Frames in a block, at most.
  let blockLength: Int
  /// The blocks of each chunk.
  let chunks: [ArraySlice<Block>]
  /// The chunks in which each component has entries, R lists in ascending order.
  let chunksByComponent: [[Int]]
  private let visits: [Visit]

  /// Values of a block’s columns: 64 KB, so that those of V, of V̂ and of the next block fit beside the
  /// templates. Templates of several frames fetch more for each block, and have twice that.
  private static let blockSize = 1 << 14
  /// Frames of a chunk, at least, or R · T if that is more, so that its sums have no more columns than
  /// it has frames.
  private static let chunkFrames = 160
  /// Bounds the memory of sums, of which every chunk has some.
  private static let mostChunks = 8

  /// Orders the entries in a range of frames.
  ///
  /// - Parameters:
  ///   - shape: K, R and T of the templates; for each chunk, sums of that shape are kept.
  ///   - blockLength, chunkCount: as suits the shape, unless given.
  /// - Complexity: O(entries + R · blocks + K · R).
  init(
    _ pattern: ActivationPattern, frames: Range<Int>, templates shape: borrowing Templates,
    blockLength: Int? = nil, chunkCount: Int? = nil
  ) {
    let size = shape.frameCount == 1 ? Self.blockSize : 2 * Self.blockSize
    let length = blockLength ?? min(max(size / shape.values.columnStride / 4 * 4, 8), 64)
    self.blockLength = length
    let (supports, binCount) = (shape.supports, shape.binCount)
    var visits: [Visit] = []
    var next = (0..<pattern.componentCount).map {
      pattern.entries(ofComponent: $0, inFrames: frames).lowerBound
    }
    let blocks = stride(from: frames.lowerBound, to: frames.upperBound, by: length).map { first in
      let frames = first..<min(first + length, frames.upperBound)
      let firstVisit = visits.count
      for component in next.indices {
        let lower = next[component]
        let end = pattern.entries(ofComponent: component).upperBound
        while next[component] < end, Int(pattern.frames[next[component]]) < frames.upperBound {
          next[component] += 1
        }
        var first = lower
        while first < next[component] {
          var end = min(first + 4, next[component])
          // Kernels for four delays take successive frames.
          if shape.frameCount >= 4 {
            end =
              (first + 1..<end).first {
                pattern.frames[$0] != pattern.frames[$0 - 1] + 1
              } ?? end
          }
          visits.append(Visit(component: component, entries: first..<end))
          first = end
        }
      }
      let components = Set(visits[firstVisit...].map(\.component))
      return Block(
        frames: frames,
        support: .union(components.map { supports[$0] }, binCount: binCount),
        visits: firstVisit..<visits.count)
    }
    let columns = shape.values.columnCount
    let count = min(
      chunkCount
        ?? min(max(frames.count / max(Self.chunkFrames, columns), 1), Self.mostChunks),
      max(blocks.count, 1))
    let costs = blocks.map { block in
      visits[block.visits].reduce(2 * block.frames.count * binCount) {
        $0 + Self.productCount * 4 * supports[$1.component].binCount
      }
    }
    let chunks = Self.cut(costs, into: count).map { blocks[$0] }
    var chunksByComponent = [[Int]](repeating: [], count: pattern.componentCount)
    for (index, chunk) in chunks.enumerated() {
      for block in chunk {
        for visit in visits[block.visits] where chunksByComponent[visit.component].last != index {
          chunksByComponent[visit.component].append(index)
        }
      }
    }
    self.visits = visits
    self.chunks = chunks
    self.chunksByComponent = chunksByComponent
  }

  /// Products that a visit takes part in, for T = 1: enough to say what a block costs.
  private static let productCount = 4

  /// Cuts a list into stretches of about the same sum.
  static func cut(_ costs: [Int], into count: Int) -> [Range<Int>] {
    let total = costs.reduce(0, +)
    var (end, sum) = (0, 0)
    return (1...count).map { index in
      let start = end
      // To where half of the next one would still be this stretch's.
      while end < costs.count,
        index == count || (2 * sum + costs[end]) * count <= 2 * total * index
      {
        sum += costs[end]
        end += 1
      }
      return start..<end
    }
  }

  /// What is open in a block, in the order of components.
  func visits(in block: Block) -> ArraySlice<Visit> { visits[block.visits] }
}

/// Sums of the shape of templates, one per chunk of a sweep, and added up after it.
///
/// - Thread: a chunk's or a component's at a time.
final class TemplateSums: Sendable {
  private let values: Matrix
  private let sweep: FrameSweep
  private let supports: [BinBlocks]
  private let frameCounts: [Int]
  /// The first column of each component in the first chunk, and behind them the columns of a chunk.
  private let firstColumns: [Int]

  /// - Parameter shape: templates whose components, bins and frames are summed.
  init(_ sweep: FrameSweep, like shape: borrowing Templates) {
    self.sweep = sweep
    supports = shape.supports
    frameCounts = shape.frameCounts
    firstColumns = frameCounts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    values = Matrix(
      rowCount: shape.binCount, columnCount: sweep.chunks.count * shape.values.columnCount)
  }

  /// One frame of one component; K values.
  @inline(__always)
  func frame(_ frame: Int, ofComponent component: Int, inChunk chunk: Int)
    -> UnsafeMutablePointer<Float>
  {
    values.column(chunk &* firstColumns[supports.count] &+ firstColumns[component] &+ frame)
  }

  /// From one frame of a component to the next.
  var columnStride: Int { values.columnStride }

  /// Sets a chunk's sums to zero, where it has entries.
  func clear(chunk: Int) {
    for component in supports.indices where sweep.chunksByComponent[component].contains(chunk) {
      for frame in 0..<frameCounts[component] {
        BlockKernels.clear(
          self.frame(frame, ofComponent: component, inChunk: chunk),
          over: supports[component].blocks)
      }
    }
  }

  /// The sum over all chunks; a component must have entries, and may be asked for once per sweep.
  func total(ofFrame frame: Int, component: Int) -> UnsafeMutablePointer<Float> {
    let chunks = sweep.chunksByComponent[component]
    let total = self.frame(frame, ofComponent: component, inChunk: chunks[0])
    for chunk in chunks.dropFirst() {
      BlockKernels.add(
        self.frame(frame, ofComponent: component, inChunk: chunk), gain: 1, to: total,
        over: supports[component].blocks)
    }
    return total
  }
}

/// Which frames the tiles of a chunk hold: those of one block, and of its neighbour what they share.
struct TileWindow {
  /// Where the chunk's columns start.
  let firstColumn: Int
  private var frames = 0..<0

  init(firstColumn: Int) { self.firstColumn = firstColumn }

  /// Goes on to the frames of the next block.
  ///
  /// - Parameter move: moves `count` columns that are needed again.
  /// - Returns: the frames that are still missing.
  mutating func move(
    to needed: Range<Int>, _ move: (_ from: Int, _ to: Int, _ count: Int) -> Void
  ) -> Range<Int> {
    let kept = frames.clamped(to: needed)
    if !kept.isEmpty { move(column(kept.lowerBound), firstColumn, kept.count) }
    frames = needed
    return (kept.isEmpty ? needed.lowerBound : kept.upperBound)..<needed.upperBound
  }

  /// The column of a frame.
  func column(_ frame: Int) -> Int { firstColumn + frame - frames.lowerBound }
}
