internal import Glibc

/// Reads a signal between its samples, by a windowed sinc.
///
/// - Thread: any.
public struct FractionalReader: Sendable {
  private typealias Lane = SIMD8<Float>

  private static let tapCount = 32
  private static let phaseCount = 256
  /// Taps of phase p in lanes 4 p ..< 4 p + 4.
  private let taps: [Lane]

  /// Computes the taps.
  public init() {
    let half = Double(Self.tapCount / 2)
    let values = (0...Self.phaseCount).flatMap { phase in
      (0..<Self.tapCount).map { tap -> Float in
        let x = Double(tap) - (half - 1) - Double(phase) / Double(Self.phaseCount)
        guard abs(x) < half else { return 0 }
        let window = Self.bessel(9 * (1 - x * x / (half * half)).squareRoot()) / Self.bessel(9)
        return Float(x == 0 ? window : window * sin(.pi * x) / (.pi * x))
      }
    }
    taps = stride(from: 0, to: values.count, by: 8).map { first in
      Lane(values[first..<first + 8])
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
  public func read(
    _ signal: [Float], from start: Double, step: Double,
    into result: UnsafeMutableBufferPointer<Float>
  ) {
    let lead = Self.tapCount / 2 - 1
    var edge = [Float](repeating: 0, count: Self.tapCount)
    signal.withUnsafeBufferPointer { signal in
      for index in result.indices {
        let position = start + Double(index) * step
        let whole = position.rounded(.down)
        guard whole > -1e9, whole < 1e9 else {
          result[index] = 0
          continue
        }
        let first = Int(whole) - lead
        let phase = Float(position - whole) * Float(Self.phaseCount)
        if first >= 0 && first + Self.tapCount <= signal.count {
          result[index] = value(signal.baseAddress! + first, phase)
        } else if first + Self.tapCount <= 0 || first >= signal.count {
          result[index] = 0
        } else {
          for tap in 0..<Self.tapCount {
            let place = first + tap
            edge[tap] = place >= 0 && place < signal.count ? signal[place] : 0
          }
          result[index] = edge.withUnsafeBufferPointer { value($0.baseAddress!, phase) }
        }
      }
    }
  }

  @inline(__always)
  private func value(_ samples: UnsafePointer<Float>, _ phase: Float) -> Float {
    let row = min(Int(phase), Self.phaseCount - 1)
    let fraction = phase - Float(row)
    let bytes = UnsafeRawPointer(samples)
    var sum = Lane.zero
    for lane in 0..<4 {
      let low = taps[4 &* row &+ lane]
      let high = taps[4 &* row &+ 4 &+ lane]
      let tap = low + (high - low) * fraction
      sum += tap * bytes.loadUnaligned(fromByteOffset: 32 &* lane, as: Lane.self)
    }
    return sum.sum()
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
