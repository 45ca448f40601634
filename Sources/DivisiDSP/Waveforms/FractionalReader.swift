internal import Glibc

/// Reads a signal between its samples, by a windowed sinc.
///
/// - Thread: any.
public struct FractionalReader: Sendable {
  private static let tapCount = 32
  private static let phaseCount = 256
  /// Taps of phase p from ``tapCount`` p on.
  private let taps: [Float]

  /// Computes the taps.
  public init() {
    let half = Double(Self.tapCount / 2)
    taps = (0...Self.phaseCount).flatMap { phase in
      (0..<Self.tapCount).map { tap -> Float in
        let x = Double(tap) - (half - 1) - Double(phase) / Double(Self.phaseCount)
        guard abs(x) < half else { return 0 }
        let window = Self.bessel(9 * (1 - x * x / (half * half)).squareRoot()) / Self.bessel(9)
        return Float(x == 0 ? window : window * sin(.pi * x) / (.pi * x))
      }
    }
  }

  /// I₀, for Kaiser's window.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1..<40 {
      term *= x / 2 / Double(index) * (x / 2 / Double(index))
      sum += term
    }
    return sum
  }

  /// result[i] ← the signal at start + i · step; zero outside it.
  ///
  /// - Precondition: the step is positive.
  public func read(
    _ signal: [Float], from start: Double, step: Double,
    into result: UnsafeMutableBufferPointer<Float>
  ) {
    // The first sample that a position's taps see; one beyond all reason is as good as any other.
    func first(_ index: Int) -> Int {
      let position = min(max(start + Double(index) * step, -1e9), 1e9)
      return Int(position.rounded(.down)) - Self.tapCount / 2 + 1
    }
    // One less than would do, as positions are rounded in two ways.
    let last = signal.count - Self.tapCount - 1
    var inside = 0..<result.count
    while let index = inside.first, first(index) < 0 { inside.removeFirst() }
    while let index = inside.last, first(index) > last { inside.removeLast() }
    signal.withUnsafeBufferPointer { signal in
      taps.withUnsafeBufferPointer { taps in
        let taps = taps.baseAddress!
        if !inside.isEmpty, step == 1 {
          shift(
            signal, to: start + Double(inside.lowerBound), taps,
            UnsafeMutableBufferPointer(rebasing: result[inside]))
        } else if !inside.isEmpty {
          BlockKernels.interpolate(
            signal.baseAddress!,
            from: start + Double(inside.lowerBound) * step - Double(Self.tapCount / 2 - 1),
            step: step, taps: taps, tapCount: Self.tapCount, phaseCount: Self.phaseCount,
            to: result.baseAddress! + inside.lowerBound, count: inside.count)
        }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.tapCount) { edge in
          for index in result.indices where !inside.contains(index) {
            let first = first(index)
            guard first > -Self.tapCount, first < signal.count else {
              result[index] = 0
              continue
            }
            for tap in edge.indices {
              let place = first + tap
              edge[tap] = signal.indices.contains(place) ? signal[place] : 0
            }
            let position = start + Double(index) * step
            BlockKernels.interpolate(
              edge.baseAddress!, from: position - position.rounded(.down), step: 1, taps: taps,
              tapCount: Self.tapCount, phaseCount: Self.phaseCount, to: result.baseAddress! + index,
              count: 1)
          }
        }
      }
    }
  }

  /// The same where all positions lie equally far between two samples, and all taps are seen.
  private func shift(
    _ signal: UnsafeBufferPointer<Float>, to start: Double, _ taps: UnsafePointer<Float>,
    _ result: UnsafeMutableBufferPointer<Float>
  ) {
    let whole = start.rounded(.down)
    let phase = (start - whole) * Double(Self.phaseCount)
    let row = min(Int(phase), Self.phaseCount - 1)
    let low = taps + row * Self.tapCount
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.tapCount) { between in
      for tap in 0..<Self.tapCount {
        between.initializeElement(
          at: tap, to: low[tap] + (low[Self.tapCount + tap] - low[tap]) * Float(phase - Double(row))
        )
      }
      BlockKernels.filter(
        signal.baseAddress! + Int(whole) - Self.tapCount / 2 + 1, taps: between.baseAddress!,
        tapCount: Self.tapCount, to: result.baseAddress!, count: result.count)
    }
  }

  /// The signal at start + i · step, `count` values of it.
  public func read(_ signal: [Float], from start: Double, step: Double, count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      let result = UnsafeMutableBufferPointer(rebasing: buffer[0..<count])
      result.initialize(repeating: 0)
      read(signal, from: start, step: step, into: result)
      initialized = count
    }
  }
}
