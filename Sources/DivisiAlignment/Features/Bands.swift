import DivisiDSP
internal import Glibc

/// The bands in which a recording and a score are compared.
struct Bands: Sendable, Equatable {
  /// In hertz: the middle of each, and how far it reaches to either side.
  private(set) var centres: [Double] = []
  private(set) var reaches: [Double] = []

  var count: Int { centres.count }

  /// MIDI numbers of the semitones.
  static let pitches = 21..<120
  /// A semitone's triangle is this much wider than to the middle of the next.
  private static let widening = 1.3

  /// A band for each of the pitches 21 to 119 of an instrument in some tuning.
  ///
  /// - Parameter tuningCents: against A4 = 440 Hz.
  static func semitones(tuningCents: Double) -> Bands {
    var bands = Bands()
    for pitch in pitches {
      let centre = 440 * exp2(Double(pitch - 69) / 12 + tuningCents / 1200)
      bands.centres.append(centre)
      bands.reaches.append(centre * (exp2(0.5 / 12) - 1) * widening)
    }
    return bands
  }

  /// Thirds of octaves from 40 Hz to 16 kHz.
  static let thirdsOfOctaves: Bands = {
    var bands = Bands()
    for index in 0..<27 {
      let centre = 40 * exp2(Double(index) / 3)
      bands.centres.append(centre)
      bands.reaches.append(centre * (exp2(1 / 3.0) - 1))
    }
    return bands
  }()
}

/// Power spectra to magnitudes by band: triangles around the middles of bands.
struct BandFilter: Sendable {
  let grid: TimeGrid
  private let triangles: [(first: Int, weights: [Float])]

  var count: Int { triangles.count }

  /// Bands beyond this share of the sample rate are empty.
  private static let highest = 0.47

  init(_ bands: Bands, grid: TimeGrid) {
    self.grid = grid
    let binWidth = grid.sampleRate / Double(grid.windowLength)
    triangles = zip(bands.centres, bands.reaches).map { centre, reach in
      guard centre < Self.highest * grid.sampleRate else { return (0, []) }
      let half = max(reach, binWidth)
      let first = max(1, Int(((centre - half) / binWidth).rounded(.up)))
      let last = min(grid.binCount - 2, Int((centre + half) / binWidth))
      guard first <= last else { return (0, []) }
      return (
        first, (first...last).map { Float(max(0, 1 - abs(Double($0) * binWidth - centre) / half)) }
      )
    }
  }

  /// √Σ triangle · power, times a scale.
  ///
  /// - Parameters:
  ///   - power: K values.
  ///   - target: ``count`` values.
  func magnitudes(
    ofPower power: UnsafePointer<Float>, scale: Float, into target: UnsafeMutablePointer<Float>
  ) {
    for (band, triangle) in triangles.enumerated() {
      var sum: Float = 0
      for (offset, weight) in triangle.weights.enumerated() {
        sum += weight * power[triangle.first + offset]
      }
      target[band] = sum.squareRoot() * scale
    }
  }
}
