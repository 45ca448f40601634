internal import Glibc

/// Finds where the sound of a stroke rises, near where a score has it.
///
/// Of all places it takes the one at which the amplitude of 10 ms grows most, and around that the one that parts a
/// quiet stretch from a loud one most clearly. Both see more than half a period of a kick, so that a wave's crossing of
/// zero is no silence.
///
/// - SeeAlso: Maeda, "A method for reading and checking phase times in autoprocessing system of seismic wave data",
///   Zisin 38, 1985: Akaike's criterion for where a signal's variance changes.
struct RiseFinder {
  let sampleRate: Double
  /// The energy of all blocks before each, in all channels; one more than there are blocks.
  private let energies: [Double]
  private let blockLength: Int
  /// How early and how late a rise may be against the score, in seconds.
  private static let reach = (early: 0.03, late: 0.05)
  /// The stretches whose amplitudes are compared, in seconds.
  private static let stretch = 0.01
  /// Around the steepest place, where the change is looked for, in seconds.
  private static let searched = (before: 0.02, after: 0.005)
  /// Of the strongest block: where a sound begins, and what counts as silence. 20 and 40 dB.
  private static let (threshold, silence) = (0.01, 1e-4)

  /// - Parameter channels: a stem.
  init(_ channels: [[Float]], sampleRate: Double) {
    self.sampleRate = sampleRate
    // Blocks of a quarter of a millisecond.
    let length = max(1, Int(sampleRate / 4000))
    blockLength = length
    let count = channels[0].count / length
    var blocks = [Float](repeating: 0, count: count)
    for channel in channels {
      channel.withUnsafeBufferPointer { samples in
        for block in 0..<count {
          var sum: Float = 0
          for index in block * length..<(block + 1) * length {
            sum += samples[index] * samples[index]
          }
          blocks[block] += sum
        }
      }
    }
    var energies = [0.0]
    energies.reserveCapacity(count + 1)
    for block in blocks { energies.append(energies[energies.count - 1] + Double(block)) }
    self.energies = energies
  }

  /// The sample at which a stroke rises; nil where nothing sounds.
  ///
  /// - Parameters:
  ///   - onset: in samples, as the score has it.
  ///   - neighbours: the onsets before and after it in the same part, in samples; the rise lies between them.
  func rise(onset: Double, between neighbours: (before: Double, after: Double)) -> Int? {
    let length = Double(blockLength)
    let blockCount = energies.count - 1
    let lower = max(onset - Self.reach.early * sampleRate, (neighbours.before + onset) / 2)
    let upper = min(onset + Self.reach.late * sampleRate, (neighbours.after + onset) / 2)
    let first = max(0, Int(lower / length))
    let last = min(blockCount, Int(upper / length) + 1)
    guard first < last else { return nil }
    let stretch = count(Self.stretch)
    var (steepest, growth) = (first, 0.0)
    for block in first..<last {
      let step =
        energy(block, block + stretch).squareRoot()
        - energy(block - stretch, block).squareRoot()
      if step > growth { (steepest, growth) = (block, step) }
    }
    guard growth > 0 else { return nil }
    let peak = (steepest..<min(blockCount, steepest + 2 * stretch)).reduce(0.0) {
      max($0, energy($1, $1 + 1))
    }
    var rise = change(near: steepest, notBefore: first)
    while rise < steepest + stretch, energy(rise, rise + 1) < Self.threshold * peak { rise += 1 }
    return rise * blockLength
  }

  /// The block at which the power changes most clearly around a place.
  private func change(near place: Int, notBefore first: Int) -> Int {
    let start = max(0, place - count(Self.searched.before))
    let end = min(energies.count - 1, place + count(Self.searched.after))
    let floor = (start..<end).reduce(0.0) { max($0, energy($1, $1 + 1)) } * Self.silence
    var (best, least) = (place, Double.infinity)
    for block in max(start + 2, first)..<max(start + 2, first, end - 1) {
      let (before, after) = (Double(block - start), Double(end - block))
      let criterion =
        before * log(energy(start, block) / before + floor)
        + after * log(energy(block, end) / after + floor)
      if criterion < least { (best, least) = (block, criterion) }
    }
    return best
  }

  private func count(_ seconds: Double) -> Int { Int(seconds * sampleRate) / blockLength }

  /// From a block to before another; there is silence around the stem.
  private func energy(_ start: Int, _ end: Int) -> Double {
    let last = energies.count - 1
    return energies[min(max(end, 0), last)] - energies[min(max(start, 0), last)]
  }
}
