/// What has been heard of a recording so far, in mono and at a rate that alignment needs: piece by piece, in any
/// order, some of it perhaps again.
///
/// ┌ heard ┐        ┌──── heard ────┐
/// ▒▒▒▒▒▒▒▒▒        ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒     ──▶ time of the recording
///                           └ news ┘     heard for the first time, or other than before
struct HeardRecording: Sendable {
  /// Of the samples that are kept, in hertz.
  let sampleRate: Double
  /// What has been heard for the first time, or has changed, since ``forgetNews()``; in samples that are kept.
  private(set) var news = RangeSet<Int>()
  private(set) var heard = RangeSet<Int>()
  /// Whether there has been no room for something.
  private(set) var isFull = false

  private var decimator: Decimator
  private var blocks: [Int: [Float]] = [:]
  private var comparison = Comparison()

  /// At most this much is kept, in seconds: 160 MB.
  static let limitSeconds = 1800.0
  /// The rate that is kept is at least this; the highest band ends below 9 kHz.
  private static let lowestRate = 22_050.0
  private static let blockLength = 16_384
  /// Gaps of lost samples up to this long do not divide a stretch, in seconds.
  private static let gapSeconds = 0.5
  /// Second times are compared over this long; what differs by more than this share of its power has changed.
  private static let (comparedSeconds, changedShare): (Double, Float) = (0.5, 0.05)

  /// What a second time differs from the first in.
  private struct Comparison {
    var range = 0..<0
    var difference: Float = 0
    var power: Float = 0
  }

  /// - Parameter sampleRate: of what is heard, in hertz.
  init(sampleRate: Double) {
    let factor = max(1, Int(sampleRate / Self.lowestRate))
    decimator = Decimator(factor: factor)
    self.sampleRate = sampleRate / Double(factor)
  }

  /// Where the next samples follow the last ones.
  var end: Int { decimator.end }

  /// Takes samples.
  ///
  /// - Parameter position: of the first sample, at the rate of what is heard; samples before 0 are left out.
  mutating func add(_ samples: UnsafeBufferPointer<Float>, at position: Int) {
    guard position >= 0, !samples.isEmpty else { return }
    let (start, kept) = decimator.add(samples, at: position)
    var done = 0
    while done < kept.count {
      let place = start + done
      let (block, offset) = place.quotientAndRemainder(dividingBy: Self.blockLength)
      let count = min(kept.count - done, Self.blockLength - offset)
      if blocks[block] == nil {
        if Double((blocks.count + 1) * Self.blockLength) > Self.limitSeconds * sampleRate {
          isFull = true
          done += count
          continue
        }
        blocks[block] = [Float](repeating: 0, count: Self.blockLength)
      }
      put(kept[done..<done + count], at: place, block: block, offset: offset)
      done += count
    }
  }

  private mutating func put(_ samples: ArraySlice<Float>, at place: Int, block: Int, offset: Int) {
    let range = place..<place + samples.count
    let new = RangeSet(range).subtracting(heard)
    if new.isEmpty {
      if comparison.range.upperBound != place { comparison = Comparison(range: place..<place) }
      comparison.range = comparison.range.lowerBound..<range.upperBound
    }
    blocks[block]!.withUnsafeMutableBufferPointer { values in
      for (index, sample) in samples.enumerated() {
        let before = values[offset + index]
        comparison.difference += (sample - before) * (sample - before)
        comparison.power += max(sample * sample, before * before)
        values[offset + index] = sample
      }
    }
    if !new.isEmpty {
      heard.formUnion(new)
      news.formUnion(new)
      comparison = Comparison()
    } else if Double(comparison.range.count) >= Self.comparedSeconds * sampleRate {
      if comparison.difference > Self.changedShare * comparison.power {
        news.insert(contentsOf: comparison.range)
      }
      comparison = Comparison()
    }
  }

  /// Marks everything as known.
  mutating func forgetNews() { news = RangeSet() }

  /// Marks everything that was heard as news.
  mutating func makeAllNews() { news = heard }

  /// The longest stretch that has been heard, in samples that are kept; empty if there is none.
  var longest: Range<Int> {
    var best = 0..<0
    var last = 0..<0
    for range in heard.ranges {
      let isClose =
        !last.isEmpty
        && Double(range.lowerBound - last.upperBound) <= Self.gapSeconds * sampleRate
      last = (isClose ? last.lowerBound : range.lowerBound)..<range.upperBound
      if last.count > best.count { best = last }
    }
    return best
  }

  /// The samples of a stretch, silence where nothing was heard.
  func samples(_ range: Range<Int>) -> [Float] {
    var result = [Float](repeating: 0, count: range.count)
    var place = range.lowerBound
    while place < range.upperBound {
      let (block, offset) = place.quotientAndRemainder(dividingBy: Self.blockLength)
      let count = min(range.upperBound - place, Self.blockLength - offset)
      if let values = blocks[block] {
        let start = place - range.lowerBound
        result.replaceSubrange(start..<start + count, with: values[offset..<offset + count])
      }
      place += count
    }
    return result
  }
}
