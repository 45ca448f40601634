import DivisiTestSupport
import Testing

@testable import DivisiDSP

/// The spatial Wiener filter against dense algebra in double precision.
struct SpatialCovariancesTests {
  private static let binCount = 21
  private static let partCount = 2

  private struct Complex {
    var re: Double
    var im: Double
    static func * (a: Complex, b: Complex) -> Complex {
      Complex(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re)
    }
    static func - (a: Complex, b: Complex) -> Complex {
      Complex(re: a.re - b.re, im: a.im - b.im)
    }
    static func + (a: Complex, b: Complex) -> Complex {
      Complex(re: a.re + b.re, im: a.im + b.im)
    }
    static func / (a: Complex, b: Complex) -> Complex {
      let size = b.re * b.re + b.im * b.im
      return Complex(
        re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size)
    }
  }

  /// Random covariances, a random frame of spectra, and masks that leave something.
  private final class Scene {
    let covariances: SpatialCovariances
    let spectra: [[SIMD2<Float>]]
    let masks: Matrix

    init(channelCount: Int, frames: Int = 20) {
      let nowhere = SpatialCovariances(
        binCount: binCount, channelCount: channelCount, partCount: partCount)
      let sums = SpatialSums(
        like: nowhere,
        grid: TimeGrid(sampleRate: 8000, windowLength: 2 * (binCount - 1), hopSize: binCount / 4))
      let gains = Matrix(rowCount: binCount, columnCount: partCount)
      for frame in 0..<frames {
        for part in 0..<partCount {
          for bin in 0..<binCount {
            gains[bin, part] = Float((frame * 7 + part * 5 + bin * 3) % 11) / 22
          }
        }
        let solved = SpatialFrame(binCount: binCount, channelCount: channelCount)
        Self.take(Self.spectra(channelCount, seed: UInt64(100 + frame)), into: solved)
        solved.solve(nowhere.view, masks: gains.column(0))
        sums.add(solved, nowhere.view, masks: gains.column(0))
      }
      covariances = sums.covariances()
      spectra = Self.spectra(channelCount, seed: 5)
      masks = gains
    }

    static func spectra(_ channelCount: Int, seed: UInt64) -> [[SIMD2<Float>]] {
      (0..<channelCount).map { channel in
        let values = noise(count: 2 * binCount, seed: seed * 31 + UInt64(channel))
        return (0..<binCount).map { SIMD2(values[2 * $0], values[2 * $0 + 1]) }
      }
    }

    static func take(_ spectra: [[SIMD2<Float>]], into frame: borrowing SpatialFrame) {
      for (channel, spectrum) in spectra.enumerated() { frame.take(spectrum, channel: channel) }
    }

    /// By source, channel and bin; the last source is what the masks leave.
    func images() -> [[[SIMD2<Float>]]] {
      let frame = SpatialFrame(binCount: binCount, channelCount: spectra.count)
      Self.take(spectra, into: frame)
      frame.solve(covariances.view, masks: masks.column(0))
      let rest = Matrix(rowCount: binCount, columnCount: 1)
      for bin in 0..<binCount { rest[bin, 0] = max(0, 1 - masks[bin, 0] - masks[bin, 1]) }
      return (0...partCount).map { source in
        spectra.indices.map { channel in
          var image = [SIMD2<Float>](repeating: .zero, count: binCount)
          frame.image(
            of: source, channel: channel, in: covariances.view,
            mask: source < partCount ? masks.column(source) : rest.column(0), to: &image)
          return image
        }
      }
    }
  }

  @Test(arguments: [2, 3, 8])
  func imagesAddUpToTheMixture(channelCount: Int) {
    let scene = Scene(channelCount: channelCount)
    let images = scene.images()
    for channel in 0..<channelCount {
      for bin in 0..<Self.binCount {
        let sum = images.reduce(SIMD2<Float>.zero) { $0 + $1[channel][bin] }
        #expect(
          ((sum - scene.spectra[channel][bin]) * (sum - scene.spectra[channel][bin])).sum() < 1e-7)
      }
    }
  }

  /// M R (Σ M R)⁻¹ x by Gaussian elimination.
  @Test(arguments: [2, 3, 8])
  func imagesAreThoseOfDenseAlgebra(channelCount: Int) {
    let scene = Scene(channelCount: channelCount)
    let images = scene.images()
    func covariance(_ source: Int, _ a: Int, _ b: Int, _ bin: Int) -> Complex {
      func value(_ row: Int, _ column: Int) -> Double {
        Double(
          scene.covariances.values[bin, (source * channelCount + row) * channelCount + column])
      }
      if a == b { return Complex(re: value(a, a), im: 0) }
      return a > b
        ? Complex(re: value(a, b), im: value(b, a)) : Complex(re: value(b, a), im: -value(a, b))
    }
    for bin in 0..<Self.binCount {
      let parts = (0..<Self.partCount).map { Double(scene.masks[bin, $0]) }
      let masks = parts + [max(0, 1 - parts.reduce(0, +))]
      var rows = (0..<channelCount).map { a in
        (0..<channelCount).map { b in
          masks.indices.reduce(Complex(re: 0, im: 0)) {
            $0 + Complex(re: masks[$1], im: 0) * covariance($1, a, b, bin)
          }
        } + [
          Complex(
            re: Double(scene.spectra[a][bin].x), im: Double(scene.spectra[a][bin].y))
        ]
      }
      for pivot in 0..<channelCount {
        for row in 0..<channelCount where row != pivot {
          let factor = rows[row][pivot] / rows[pivot][pivot]
          for column in pivot...channelCount {
            rows[row][column] = rows[row][column] - factor * rows[pivot][column]
          }
        }
      }
      let solution = (0..<channelCount).map { rows[$0][channelCount] / rows[$0][$0] }
      for source in masks.indices {
        for a in 0..<channelCount {
          let expected = solution.indices.reduce(Complex(re: 0, im: 0)) {
            $0 + Complex(re: masks[source], im: 0) * covariance(source, a, $1, bin) * solution[$1]
          }
          let found = images[source][a][bin]
          #expect(abs(Double(found.x) - expected.re) < 1e-4)
          #expect(abs(Double(found.y) - expected.im) < 1e-4)
        }
      }
    }
  }

  @Test func sourcesThatLieAlikeGetTheirMasks() {
    let nowhere = SpatialCovariances(
      binCount: Self.binCount, channelCount: 2, partCount: Self.partCount)
    let scene = Scene(channelCount: 2)
    let frame = SpatialFrame(binCount: Self.binCount, channelCount: 2)
    Scene.take(scene.spectra, into: frame)
    frame.solve(nowhere.view, masks: scene.masks.column(0))
    for part in 0..<Self.partCount {
      var image = [SIMD2<Float>](repeating: .zero, count: Self.binCount)
      frame.image(
        of: part, channel: 1, in: nowhere.view, mask: scene.masks.column(part), to: &image)
      for bin in 0..<Self.binCount {
        let difference = image[bin] - scene.masks[bin, part] * scene.spectra[1][bin]
        #expect((difference * difference).sum() < 1e-12)
      }
    }
  }

  /// What rounding leaves of a loud bin must not become the covariance of a quiet one.
  @Test func quietBinsBesideLoudOnesHaveCovariancesToo() {
    let binCount = 400
    let nowhere = SpatialCovariances(binCount: binCount, channelCount: 2, partCount: 1)
    let sums = SpatialSums(
      like: nowhere,
      grid: TimeGrid(sampleRate: 44_100, windowLength: 2 * (binCount - 1), hopSize: 200))
    let frame = SpatialFrame(binCount: binCount, channelCount: 2)
    let masks = Matrix(rowCount: binCount, columnCount: 1)
    for bin in 0..<binCount { masks[bin, 0] = bin < 30 ? 1 : bin < 200 ? 0 : 1e-3 }
    for round in 0..<10 {
      for channel in 0..<2 {
        let values = noise(count: 2 * binCount, seed: UInt64(7 * round + channel))
        let spectrum = (0..<binCount).map { bin in
          SIMD2(values[2 * bin], values[2 * bin + 1]) * (bin < 30 ? 1e4 : 1e-6)
        }
        frame.take(spectrum, channel: channel)
      }
      frame.solve(nowhere.view, masks: masks.column(0))
      sums.add(frame, nowhere.view, masks: masks.column(0))
    }
    let found = sums.covariances()
    for source in 0..<2 {
      for bin in 0..<binCount {
        let (left, right) = (found.values[bin, 4 * source], found.values[bin, 4 * source + 3])
        let (re, im) = (found.values[bin, 4 * source + 2], found.values[bin, 4 * source + 1])
        #expect(left > 0 && right > 0 && re * re + im * im < left * right, "\(source) \(bin)")
      }
    }
  }

  @Test func tracesAreTheNumberOfChannels() {
    let scene = Scene(channelCount: 3)
    for source in 0...Self.partCount {
      for bin in 0..<Self.binCount {
        let trace = (0..<3).reduce(Float(0)) {
          $0 + scene.covariances.values[bin, (source * 3 + $1) * 3 + $1]
        }
        #expect(abs(trace - 3) < 1e-5)
      }
    }
  }
}
