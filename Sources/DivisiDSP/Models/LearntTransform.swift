internal import Glibc

/// An orthonormal transform that is learnt together with a factorisation: rotations of neighbouring bins, behind the STFT.
///
/// It starts as the STFT. A *sweep* tries, for each pair of neighbouring bins, a rotation by an angle one way and the other, plain
/// and with a quarter turn of phase between them, and keeps the best: the one after which the divergence of the pair's
/// magnitudes from V̂ is least. So no sweep raises the divergence, and what was transformed comes back exactly. The bin at 0 Hz, and
/// that at half the sample rate, which are real, take no part.
///
/// - SeeAlso: Fagot, Wendt & Févotte, "Nonnegative matrix factorization with transform learning", ICASSP 2018; Wendt, Fagot & Févotte,
///   "Jacobi algorithm for nonnegative matrix factorization with transform learning", EUSIPCO 2018 (the rotations).
public struct LearntTransform: Sendable {
  /// y_p ← c y_p + s u y_q, y_q ← c y_q − s ū y_p, with u = 1 or i, and p + 1 = q.
  private struct Rotation {
    let bin: Int32
    let (cosine, sine): (Float, Float)
    let isImaginary: Bool

    init(_ bin: Int, angle: Double, isImaginary: Bool) {
      self.bin = Int32(bin)
      (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
      self.isImaginary = isImaginary
    }

    @inline(__always)
    func applied(
      to a: SIMD2<Float>, _ b: SIMD2<Float>, backwards: Bool = false
    ) -> (SIMD2<Float>, SIMD2<Float>) {
      let s = backwards ? -sine : sine
      return isImaginary
        ? (cosine * a + s * SIMD2(-b.y, b.x), cosine * b + s * SIMD2(-a.y, a.x))
        : (cosine * a + s * b, cosine * b - s * a)
    }
  }

  private var rotations: [Rotation] = []

  /// The STFT as it is.
  public init() {}

  /// Transforms the spectrum of a frame in place.
  public func apply(to spectrum: UnsafeMutablePointer<SIMD2<Float>>) {
    for rotation in rotations {
      let bin = Int(rotation.bin)
      (spectrum[bin], spectrum[bin + 1]) = rotation.applied(to: spectrum[bin], spectrum[bin + 1])
    }
  }

  /// Takes it back.
  public func invert(_ spectrum: UnsafeMutablePointer<SIMD2<Float>>) {
    for rotation in rotations.reversed() {
      let bin = Int(rotation.bin)
      (spectrum[bin], spectrum[bin + 1]) = rotation.applied(
        to: spectrum[bin], spectrum[bin + 1], backwards: true)
    }
  }

  /// Learns one sweep.
  ///
  /// - Parameters:
  ///   - spectra: what has been transformed so far, of each channel; afterwards, with this sweep too.
  ///   - bins: that may be rotated.
  ///   - approximation: V̂, N × K: a column per *bin*.
  ///   - angle: in radians.
  /// - Complexity: O(K · N · channels); five candidates for each pair.
  public mutating func sweep(
    _ spectra: TransposedSpectra, bins: Range<Int>, towards approximation: borrowing Matrix,
    divergence: Divergence, angle: Double, parallel: Parallel
  ) {
    let model = approximation.view
    let frames = BinBlocks.full(binCount: spectra.frameCount)
    for parity in 0..<2 {
      let pairs = stride(from: bins.lowerBound + parity, to: bins.upperBound - 1, by: 2).map { $0 }
      let chosen = SharedValues<Rotation?>(repeating: nil, count: pairs.count)
      parallel(pairs.count) { index in
        let bin = pairs[index]
        let candidates = [angle, -angle].flatMap { angle in
          [false, true].map { Rotation(bin, angle: angle, isImaginary: $0) }
        }
        let magnitudes = Matrix(rowCount: spectra.frameCount, columnCount: 2)
        func loss(_ rotation: Rotation) -> Double {
          spectra.formMagnitudes(ofPairAt: bin, into: magnitudes) { rotation.applied(to: $0, $1) }
          return withExtendedLifetime(frames) {
            (0..<2).reduce(0) {
              $0
                + divergence.sum(
                  magnitudes.column($1), approximation: model.column(bin + $1),
                  over: frames.blocks)
            }
          }
        }
        var least = loss(Rotation(bin, angle: 0, isImaginary: false))
        for candidate in candidates {
          let loss = loss(candidate)
          if loss < least {
            least = loss
            chosen.values(from: index).pointee = candidate
          }
        }
        if let rotation = chosen.values(from: index).pointee {
          spectra.updatePair(at: bin) { rotation.applied(to: $0, $1) }
        }
      }
      rotations += pairs.indices.compactMap { chosen.values(from: $0).pointee }
    }
  }
}

/// The complex spectra of all channels, with the frames of a bin side by side.
public final class TransposedSpectra: @unchecked Sendable {
  /// N.
  public let frameCount: Int
  /// K.
  public let binCount: Int
  private let channels: [UnsafeMutableBufferPointer<SIMD2<Float>>]

  /// Zeros.
  public init(binCount: Int, frameCount: Int, channelCount: Int) {
    (self.binCount, self.frameCount) = (binCount, frameCount)
    channels = (0..<channelCount).map { _ in
      let values = UnsafeMutableBufferPointer<SIMD2<Float>>.allocate(
        capacity: binCount * frameCount)
      values.initialize(repeating: .zero)
      return values
    }
  }

  deinit { for channel in channels { channel.deallocate() } }

  /// Sets one frame of a channel.
  ///
  /// - Parameter spectrum: K values at least.
  public func set(
    _ spectrum: UnsafePointer<SIMD2<Float>>, scale: Float, frame: Int, channel: Int
  ) {
    for bin in 0..<binCount { channels[channel][bin * frameCount + frame] = scale * spectrum[bin] }
  }

  /// Writes the magnitudes of all channels together, √Σ|x|², K × N.
  public func formMagnitudes(into V: borrowing Matrix) {
    for frame in 0..<frameCount {
      let column = V.column(frame)
      for bin in 0..<binCount {
        var power: Float = 0
        for channel in channels {
          let value = channel[bin * frameCount + frame]
          power += (value * value).sum()
        }
        column[bin] = power.squareRoot()
      }
    }
  }

  typealias Pair = (SIMD2<Float>, SIMD2<Float>)

  /// The magnitudes of a bin and the next, if what a closure gives were there.
  fileprivate func formMagnitudes(
    ofPairAt bin: Int, into result: borrowing Matrix,
    _ change: (SIMD2<Float>, SIMD2<Float>) -> Pair
  ) {
    let (a, b) = (result.column(0), result.column(1))
    for frame in 0..<frameCount {
      var powers = SIMD2<Float>.zero
      for channel in channels {
        let first = channel.baseAddress! + bin * frameCount + frame
        let (x, y) = change(first[0], first[frameCount])
        powers += SIMD2((x * x).sum(), (y * y).sum())
      }
      (a[frame], b[frame]) = (powers.x.squareRoot(), powers.y.squareRoot())
    }
  }

  fileprivate func updatePair(at bin: Int, _ change: (SIMD2<Float>, SIMD2<Float>) -> Pair) {
    for channel in channels {
      let first = channel.baseAddress! + bin * frameCount
      for frame in 0..<frameCount {
        (first[frame], first[frameCount + frame]) = change(first[frame], first[frameCount + frame])
      }
    }
  }
}
