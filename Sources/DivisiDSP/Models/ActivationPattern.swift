/// Which components may sound in which frames, how strongly, and for which part: the sparse shape
/// of H.
///
/// The R × N mask M_H of the literature is kept as its non-zero entries, component by component. An
/// *entry* is one free activation; models store H as one value per entry. Each entry belongs to a
/// part, so that one component can serve several parts one after another, as a piano key that both
/// hands strike does.
public struct ActivationPattern: Sendable {
  /// What a part has of a sound that belongs to another: several struck one key.
  public struct Share: Sendable, Equatable {
    /// Not the owner.
    public var part: Int16
    /// Within (0, 1); the owner has what all others leave.
    public var amount: Float

    /// A share within (0, 1).
    public init(part: Int16, amount: Float) {
      self.part = part
      self.amount = amount
    }
  }

  /// One row of the mask while it is being drawn.
  public struct Row: Sendable {
    /// M_H of this component, N values in 0…1; 0 where the component must be silent.
    public var weights: [Float]
    /// The part that owns each frame, N values.
    public var parts: [Int16]
    /// What other parts have of a frame, by frame; as a rule there are none.
    public private(set) var shares: [Int: [Share]] = [:]

    /// A component that never sounds.
    public init(frameCount: Int) {
      weights = Array(repeating: 0, count: frameCount)
      parts = Array(repeating: 0, count: frameCount)
    }

    /// Lets the component sound in a range of frames, for one part; later calls overrule earlier
    /// ones.
    ///
    /// - Parameter frames: clipped to the row.
    public mutating func open(_ frames: Range<Int>, part: Int, weight: Float = 1) {
      for frame in frames.clamped(to: weights.indices) {
        weights[frame] = weight
        parts[frame] = Int16(part)
        if !shares.isEmpty { shares[frame] = nil }
      }
    }

    /// Gives shares of a frame that has been opened to other parts than its owner; until it is opened again.
    ///
    /// - Parameter shares: of different parts; together less than 1.
    public mutating func share(frame: Int, with shares: [Share]) { self.shares[frame] = shares }
  }

  /// N.
  public let frameCount: Int
  /// R.
  public let componentCount: Int
  /// M_H of each entry, in (0, 1].
  public let weights: [Float]
  /// The part of each entry.
  public let parts: [Int16]
  /// What other parts have of an entry, by entry.
  private let shares: [Int: [Share]]
  /// The frame of each entry; ascending within a component.
  public let frames: [Int32]
  /// The component of each entry; ascending.
  public let components: [Int32]

  /// Entries of component r are firstEntry[r] ..< firstEntry[r + 1].
  let firstEntry: [Int]
  /// Entries of frame n are entriesByFrame[firstInFrame[n] ..< firstInFrame[n + 1]].
  let firstInFrame: [Int]
  let entriesByFrame: [Int32]

  /// Number of free activations.
  public var entryCount: Int { frames.count }

  /// Collects the entries of all rows.
  ///
  /// - Precondition: rows are of equal length.
  /// - Complexity: O(R · N).
  public init(rows: [Row], frameCount: Int) {
    self.frameCount = frameCount
    componentCount = rows.count
    var weights: [Float] = []
    var parts: [Int16] = []
    var frames: [Int32] = []
    var components: [Int32] = []
    var shares: [Int: [Share]] = [:]
    var firstEntry = [0]
    var countInFrame = Array(repeating: 0, count: frameCount + 1)
    for (component, row) in rows.enumerated() {
      precondition(
        row.weights.count == frameCount, "row of \(row.weights.count) frames, not \(frameCount)")
      for frame in 0..<frameCount where row.weights[frame] > 0 {
        if !row.shares.isEmpty { shares[weights.count] = row.shares[frame] }
        weights.append(row.weights[frame])
        parts.append(row.parts[frame])
        frames.append(Int32(frame))
        components.append(Int32(component))
        countInFrame[frame + 1] += 1
      }
      firstEntry.append(frames.count)
    }
    for frame in 0..<frameCount { countInFrame[frame + 1] += countInFrame[frame] }
    var next = countInFrame
    var entriesByFrame = Array(repeating: Int32(0), count: frames.count)
    for (entry, frame) in frames.enumerated() {
      entriesByFrame[next[Int(frame)]] = Int32(entry)
      next[Int(frame)] += 1
    }
    self.weights = weights
    self.parts = parts
    self.shares = shares
    self.frames = frames
    self.components = components
    self.firstEntry = firstEntry
    firstInFrame = countInFrame
    self.entriesByFrame = entriesByFrame
  }

  /// How much of an entry belongs to a part, from 0 to 1; all of it to nil.
  public func amount(ofEntry entry: Int, part: Int16?) -> Float {
    guard let part else { return 1 }
    let isOwn = parts[entry] == part
    guard !shares.isEmpty, let shares = shares[entry] else { return isOwn ? 1 : 0 }
    return isOwn
      ? shares.reduce(1) { $0 - $1.amount } : shares.first { $0.part == part }?.amount ?? 0
  }

  /// The entries of one component, in the order of their frames.
  public func entries(ofComponent component: Int) -> Range<Int> {
    firstEntry[component]..<firstEntry[component + 1]
  }

  /// The entries of one component in a range of frames, in the order of their frames.
  func entries(ofComponent component: Int, inFrames range: Range<Int>) -> Range<Int> {
    let all = entries(ofComponent: component)
    func firstEntry(from frame: Int) -> Int {
      var (lower, upper) = (all.lowerBound, all.upperBound)
      while lower < upper {
        let middle = (lower + upper) / 2
        if Int(frames[middle]) < frame { lower = middle + 1 } else { upper = middle }
      }
      return lower
    }
    return firstEntry(from: range.lowerBound)..<firstEntry(from: range.upperBound)
  }

  /// The entries of one frame, in the order of their components.
  public func entries(inFrame frame: Int) -> ArraySlice<Int32> {
    entriesByFrame[firstInFrame[frame]..<firstInFrame[frame + 1]]
  }
}
