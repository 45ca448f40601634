/// One hidden layer of a deep autoencoder: R × R weights, which start as the identity, with their
/// optimiser.
///
/// - Thread: distinct columns from distinct threads.
final class SquareLayer: Sendable {
  /// R columns of R values.
  let weights: Templates
  /// The gradient by each of them, in the same shape.
  let gradient: Matrix
  /// b, R values; zero and unused without biases.
  let bias: GradientBias

  private let steps: GradientSteps

  /// - Parameters:
  ///   - isOpen: whether a row of a column may be other than zero.
  init(
    componentCount: Int, settings: GradientSettings, isNonnegative: Bool,
    isOpen: (_ row: Int, _ column: Int) -> Bool
  ) {
    let supports = (0..<componentCount).map { column in
      BinBlocks(binCount: componentCount) { isOpen($0, column) }
    }
    func square(_ value: (_ row: Int, _ column: Int) -> Float) -> Templates {
      let result = Templates(binCount: componentCount, supports: supports, frameCount: 1)
      for column in 0..<componentCount {
        for row in 0..<componentCount { result.values[row, column] = value(row, column) }
      }
      return result
    }
    weights = square { $0 == $1 ? 1 : 0 }
    steps = GradientSteps(
      for: square { isOpen($0, $1) ? 1 : 0 }, settings: settings, isNonnegative: isNonnegative)
    gradient = Matrix(rowCount: componentCount, columnCount: componentCount)
    bias = GradientBias(count: componentCount, settings: settings)
  }

  /// One column of the weights.
  @inline(__always)
  func column(_ index: Int) -> UnsafeMutablePointer<Float> {
    weights.frame(0, ofComponent: index)
  }

  /// One step of one column against ``gradient``.
  func step(column: Int, iteration: Int) {
    steps.step(
      weights, component: column, gradient: gradient, firstColumn: column, iteration: iteration)
  }
}
