/// Lowers what is beyond full scale, and what lies beside it, so that nothing clips and levels move slowly.
///
/// What is below full scale for long passes as it is. All channels have one gain, and nothing is delayed.
///
/// - Thread: one at a time.
public struct PeakLimiter {
  /// The lowest gain so far.
  public private(set) var lowestGain: Float = 1

  private let blockLength: Int
  /// Samples by channel that are not given out yet.
  private var pending: [[Float]]
  /// What gain each of their blocks needs, with the last blocks before them.
  private var needs: [Float]

  /// Gains are means over so many blocks on either side, of the least gains as many on either side.
  private static let reach = 8
  /// In seconds: gains change over 50 ms.
  private static let blockSeconds = 0.003
  /// The largest sample that 24 bits hold: what is beyond it clips.
  private static let fullScale = 1 - Float(0x1p-23)
  /// What is lowered comes to lie just below that, so that rounding does not clip.
  private static let ceiling: Float = 0.9999
  /// How many samples of a whole sound are taken at once.
  private static let pieceLength = 65_536

  /// - Parameter sampleRate: in Hz.
  public init(channelCount: Int, sampleRate: Double) {
    blockLength = max(1, Int(Self.blockSeconds * sampleRate))
    pending = [[Float]](repeating: [], count: channelCount)
    needs = [Float](repeating: 1, count: 2 * Self.reach + 1)
  }

  /// Limits a whole sound.
  ///
  /// - Parameter channels: of one length.
  /// - Returns: the lowest gain; 1 if nothing was lowered.
  public static func limit(_ channels: inout [[Float]], sampleRate: Double) -> Float {
    var limiter = Self(channelCount: channels.count, sampleRate: sampleRate)
    let count = channels.first?.count ?? 0
    var done = 0
    func put(_ piece: [[Float]]) {
      for channel in piece.indices {
        channels[channel].replaceSubrange(done..<done + piece[channel].count, with: piece[channel])
      }
      done += piece.first?.count ?? 0
    }
    for start in stride(from: 0, to: count, by: pieceLength) {
      let range = start..<min(start + pieceLength, count)
      put(limiter.append(channels.map { Array($0[range]) }))
    }
    put(limiter.finish())
    return limiter.lowestGain
  }

  /// Takes a piece, and gives what it and those before it decide.
  ///
  /// - Parameter piece: channels of one length, any.
  /// - Returns: channels; in all as many samples as were taken, with those of ``finish()``.
  /// - Complexity: O(samples).
  public mutating func append(_ piece: [[Float]]) -> [[Float]] {
    for channel in pending.indices { pending[channel] += piece[channel] }
    return given(all: false)
  }

  /// What is left.
  public mutating func finish() -> [[Float]] { given(all: true) }

  private mutating func given(all: Bool) -> [[Float]] {
    let before = 2 * Self.reach + 1
    let count = pending.first?.count ?? 0
    let blockCount = all ? (count + blockLength - 1) / blockLength : count / blockLength
    for block in needs.count - before..<blockCount { needs.append(need(ofBlock: block)) }
    let ready = all ? blockCount : max(0, blockCount - before)
    if all { needs += [Float](repeating: 1, count: before + 1) }
    guard ready > 0 else { return pending.map { _ in [] } }
    var result = pending.map { Array($0.prefix(ready * blockLength)) }
    // A place between two blocks needs the smaller gain of both.
    for block in 0..<ready {
      let (start, end) = (gain(atPlace: block + before), gain(atPlace: block + before + 1))
      guard start < 1 || end < 1 else { continue }
      lowestGain = min(lowestGain, start, end)
      for channel in result.indices {
        for index in block * blockLength..<min((block + 1) * blockLength, count) {
          let share = Float(index - block * blockLength) / Float(blockLength)
          result[channel][index] *= start + share * (end - start)
        }
      }
    }
    for channel in pending.indices { pending[channel].removeFirst(result[channel].count) }
    needs.removeFirst(ready)
    return result
  }

  private func need(ofBlock block: Int) -> Float {
    var peak: Float = 0
    for channel in pending {
      let end = min((block + 1) * blockLength, channel.count)
      for index in block * blockLength..<end { peak = max(peak, abs(channel[index])) }
    }
    return peak > Self.fullScale ? Self.ceiling / peak : 1
  }

  /// The gain at the place before a block of ``needs``.
  private func gain(atPlace place: Int) -> Float {
    let reach = Self.reach
    let window = needs[place - 2 * reach - 1..<place + 2 * reach + 1]
    guard window.contains(where: { $0 < 1 }) else { return 1 }
    var sum: Float = 0
    for centre in place - reach...place + reach {
      sum += needs[centre - reach - 1..<centre + reach + 1].min() ?? 1
    }
    return sum / Float(2 * reach + 1)
  }
}
