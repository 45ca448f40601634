/// The frames of a source as templates that stay as they are: K × S, each column with a sum of 1.
public final class MosaicTemplates: Sendable {
  /// W, with columns of zeros behind the last, up to a multiple of four.
  public let values: Matrix
  /// S.
  public let count: Int
  /// What each frame was divided by; 0 for a silent one.
  public let sums: [Float]
  /// ‖w‖² of each column.
  let energies: [Float]
  /// All bins.
  let bins: BinBlocks

  /// Takes over magnitudes, a column per frame.
  ///
  /// - Complexity: O(K · S).
  public init(_ magnitudes: borrowing Matrix) {
    count = magnitudes.columnCount
    let K = magnitudes.rowCount
    values = Matrix(rowCount: K, columnCount: (magnitudes.columnCount + 3) / 4 * 4)
    var sums = [Float](repeating: 0, count: count)
    var energies = [Float](repeating: 0, count: values.columnCount)
    for index in 0..<count {
      let (column, result) = (magnitudes.column(index), values.column(index))
      var sum: Float = 0
      for bin in 0..<K { sum += column[bin] }
      guard sum > Self.silence else { continue }
      sums[index] = sum
      var energy: Float = 0
      for bin in 0..<K {
        result[bin] = column[bin] / sum
        energy += result[bin] * result[bin]
      }
      energies[index] = energy
    }
    self.sums = sums
    self.energies = energies
    bins = .full(binCount: K)
  }

  /// Frames whose magnitudes add up to less are silent: 16-bit samples have more.
  private static let silence: Float = 1e-6
}

/// What restrains the activations of a mosaic, so that its source stays audible as itself.
///
/// - SeeAlso: Driedger, Prätzlich & Müller, "Let it Bee: towards NMF-inspired audio mosaicing", ISMIR 2015.
public struct MosaicRestraints: Sendable, Equatable {
  /// Of so many frames in a row a template keeps only its strongest activation; 1 for no restraint.
  public var repetition = 7
  /// So many templates sound in a frame; 0 for no restraint.
  public var polyphony = 10
  /// Activations are added up over so many frames along the diagonal, in which both signals go on; 1 for no restraint.
  public var continuity = 7
  /// They act in every so many iterations.
  public var every = 5

  /// Those of NMF Toolbox and FluCoMa.
  public init() {}
}
