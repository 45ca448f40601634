/// Finds where the sound of a stroke rises, near where a score has it.
///
/// Of all places it takes the one at which the energy of 5 ms grows most, then goes back to where the sound is
/// 20 dB below its peak, or to where what sounded before ends.
struct RiseFinder {
  let sampleRate: Double
  /// The energy of each block: sums over channels.
  private let blocks: [Float]
  private let blockLength: Int
  /// How early and how late a rise may be against the score, in seconds.
  private static let reach = (early: 0.03, late: 0.05)
  /// The stretches whose energies are compared, in seconds.
  private static let stretch = 0.005
  /// How far back from the steepest place a sound may begin, in seconds.
  private static let longestAttack = 0.015
  /// Of the peak's energy.
  private static let threshold: Float = 0.01

  /// - Parameter channels: a stem.
  init(_ channels: [[Float]], sampleRate: Double) {
    self.sampleRate = sampleRate
    // Blocks of a quarter of a millisecond.
    let length = max(1, Int(sampleRate / 4000))
    blockLength = length
    let count = channels[0].count / length
    var sums = [Float](repeating: 0, count: count)
    for channel in channels {
      channel.withUnsafeBufferPointer { samples in
        for block in 0..<count {
          var sum: Float = 0
          for index in block * length..<(block + 1) * length {
            sum += samples[index] * samples[index]
          }
          sums[block] += sum
        }
      }
    }
    blocks = sums
  }

  /// The sample at which a stroke rises; nil where nothing sounds.
  ///
  /// - Parameters:
  ///   - onset: in samples, as the score has it.
  ///   - neighbours: the onsets before and after it in the same part, in samples; the rise lies between them.
  func rise(onset: Double, between neighbours: (before: Double, after: Double)) -> Int? {
    let length = Double(blockLength)
    let lower = max(onset - Self.reach.early * sampleRate, (neighbours.before + onset) / 2)
    let upper = min(onset + Self.reach.late * sampleRate, (neighbours.after + onset) / 2)
    let first = max(0, Int(lower / length))
    let last = min(blocks.count, Int(upper / length) + 1)
    guard first < last else { return nil }
    let stretch = count(Self.stretch)
    var (steepest, growth) = (first, -Float.infinity)
    var after = sum(first..<first + stretch)
    var before = sum(first - stretch..<first)
    for block in first..<last {
      if after - before > growth { (steepest, growth) = (block, after - before) }
      after += value(block + stretch) - value(block)
      before += value(block) - value(block - stretch)
    }
    guard growth > 0 else { return nil }
    let peak = (steepest..<steepest + 4 * stretch).reduce(Float(0)) { max($0, value($1)) }
    // From the peak's own attack backwards; a block that is below the threshold ends it.
    var rise = steepest
    while rise < steepest + stretch, value(rise) < Self.threshold * peak { rise += 1 }
    let earliest = max(first, steepest - count(Self.longestAttack))
    while rise > earliest, value(rise - 1) >= Self.threshold * peak, !hasEnded(before: rise) {
      rise -= 1
    }
    return rise * blockLength
  }

  /// Whether the sound before a block was louder, so that it is another's end.
  private func hasEnded(before block: Int) -> Bool {
    let stretch = count(Self.stretch) / 2
    return sum(block - stretch..<block) > sum(block..<block + stretch)
  }

  private func count(_ seconds: Double) -> Int { Int(seconds * sampleRate) / blockLength }
  private func value(_ block: Int) -> Float { blocks.indices.contains(block) ? blocks[block] : 0 }
  private func sum(_ range: Range<Int>) -> Float { range.reduce(Float(0)) { $0 + value($1) } }
}
