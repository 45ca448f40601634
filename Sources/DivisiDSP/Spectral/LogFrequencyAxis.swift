internal import Glibc

/// Magnitudes of an STFT on a logarithmic frequency axis, where a higher pitch is a shift.
///
/// A bin there holds the integral of the linear one's magnitudes over its band, straight lines between the bins, so that sums
/// stay what they are. Where bands are narrower than a bin, neighbours repeat each other: an STFT has no finer
/// resolution in the bass.
public struct LogFrequencyAxis: Sendable {
  /// Bands of a semitone.
  public let binsPerSemitone: Int
  /// K of the logarithmic axis.
  public let binCount: Int
  /// K of the linear axis.
  public let linearBinCount: Int

  /// The limits of the bands in linear bins, one more than there are bands.
  private let edges: [Double]
  /// Where each linear bin lies between the centres of the bands.
  private let places: [Float]

  /// - Parameters:
  ///   - grid: of the STFT.
  ///   - linearBinCount: its bins that are meant, from 0 Hz; 2 at least.
  ///   - lowestHertz: where the lowest band begins, below the highest bin.
  ///   - binsPerSemitone: 1 at least.
  public init(
    grid: TimeGrid, linearBinCount: Int, lowestHertz: Double, binsPerSemitone: Int
  ) {
    let (lowest, highest) = (grid.bin(atHertz: lowestHertz), Double(linearBinCount - 1))
    precondition(lowest > 0 && lowest < highest, "\(lowestHertz) Hz of \(linearBinCount) bins")
    let bandsPerOctave = Double(12 * binsPerSemitone)
    let count = max(1, Int(log2(highest / lowest) * bandsPerOctave))
    self.binsPerSemitone = binsPerSemitone
    self.linearBinCount = linearBinCount
    binCount = count
    edges = (0...count).map { lowest * exp2(Double($0) / bandsPerOctave) }
    places = (0..<linearBinCount).map { bin in
      let place = log2(max(Double(bin), lowest) / lowest) * bandsPerOctave - 0.5
      return Float(min(max(place, 0), Double(count - 1)))
    }
  }

  /// The magnitudes of a frame, band by band.
  ///
  /// - Parameters:
  ///   - linear: as many values as there are linear bins.
  ///   - bands: K values.
  /// - Complexity: O(bins of both).
  public func pool(_ linear: UnsafePointer<Float>, into bands: UnsafeMutablePointer<Float>) {
    var (bin, below) = (0, 0.0)
    // The integral up to a place, which never moves back.
    func integral(to place: Double) -> Double {
      while Double(bin + 1) <= place, bin + 2 < linearBinCount {
        below += 0.5 * Double(linear[bin] + linear[bin + 1])
        bin += 1
      }
      let t = place - Double(bin)
      return below + Double(linear[bin]) * t + 0.5 * Double(linear[bin + 1] - linear[bin]) * t * t
    }
    var last = integral(to: edges[0])
    for band in 0..<binCount {
      let next = integral(to: edges[band + 1])
      bands[band] = Float(max(next - last, 0))
      last = next
    }
  }

  /// What the linear bins of a frame are, if bands are this strong; below the lowest band and above the highest, as there.
  ///
  /// - Parameters:
  ///   - bands: K values.
  ///   - linear: as many values as there are linear bins.
  public func spread(_ bands: UnsafePointer<Float>, into linear: UnsafeMutablePointer<Float>) {
    func density(_ band: Int) -> Float { bands[band] / Float(edges[band + 1] - edges[band]) }
    for bin in 0..<linearBinCount {
      let band = min(Int(places[bin]), max(binCount - 2, 0))
      let share = places[bin] - Float(band)
      let next = min(band + 1, binCount - 1)
      linear[bin] = density(band) * (1 - share) + density(next) * share
    }
  }
}
