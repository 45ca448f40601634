extension ConvolutiveNMF {
  /// V̂ of one frame, of all components or of those of one part.
  ///
  /// - Parameters:
  ///   - frame: n.
  ///   - part: only the entries of this part; nil for all.
  ///   - result: `Matrix.stride(rowCount: K)` values; overwritten.
  public func approximation(
    ofFrame frame: Int, part: Int16? = nil, into result: UnsafeMutablePointer<Float>
  ) {
    result.update(repeating: 0, count: Matrix.stride(rowCount: binCount))
    addApproximation(ofFrame: frame, part: part, to: result)
  }

  /// ‖V − V̂‖, the Euclidean distance of the model from the spectrogram whatever it was fitted by, and
  /// ‖V‖ to hold it against.
  ///
  /// - Complexity: O(free entries of H · T · free bins + K · N).
  public func distance() -> (error: Double, norm: Double) {
    let approximation = Matrix(rowCount: binCount, columnCount: 1)
    let column = approximation.column(0)
    var error = 0.0
    var norm = 0.0
    for frame in 0..<V.frameCount {
      self.approximation(ofFrame: frame, into: column)
      let v = V.values.column(frame)
      for bin in 0..<binCount {
        let difference = Double(v[bin] - column[bin])
        error += difference * difference
        norm += Double(v[bin]) * Double(v[bin])
      }
    }
    return (error.squareRoot(), norm.squareRoot())
  }

  /// How strongly a component sounds in all: the sum of its templates times that of its activations.
  public func gain(ofComponent component: Int) -> Double {
    Double(W.sum(ofComponent: component))
      * pattern.entries(ofComponent: component).reduce(0.0) { $0 + Double(H[$1]) }
  }
}
