internal import Glibc

/// The optimiser of one layer of weights that may have either sign.
///
/// A relative step is relative to the weight and to the root mean square of its layer, in these shares, so that all layers
/// move alike whatever their scale is.
///
/// - Thread: distinct columns from distinct threads.
final class SourceSteps: Sendable {
  private let layer: SourceLayer
  private let settings: GradientSettings
  /// Moving mean of the gradient, and of its square.
  private let means: Matrix
  private let squares: Matrix

  private static let ownShare: Float = 0.7
  private static let layerShare: Float = 0.3
  /// Of biases, which start at zero, where the mean of what is to be explained is 1.
  private static let biasScale: Float = 0.1
  /// Kingma & Ba 2015; see ``GradientSteps``.
  private static let decay: Float = 0.9
  private static let squareDecay: Float = 0.999
  private static let meanSquareDecay: Float = 0.99
  private static let floor: Float = 1e-8

  init(for layer: SourceLayer, settings: GradientSettings) {
    self.layer = layer
    self.settings = settings
    let shape = layer.makeGradient()
    means = Matrix(rowCount: shape.rowCount, columnCount: shape.columnCount)
    squares = Matrix(rowCount: shape.rowCount, columnCount: shape.columnCount)
  }

  /// One step against a gradient, by the columns of W and then by b.
  func step(_ gradient: borrowing Matrix, iteration: Int, parallel: Parallel) {
    let isAdam = settings.rule == .adam
    let correction = isAdam ? 1 - powf(Self.decay, Float(iteration)) : 1
    let squareDecay = isAdam ? Self.squareDecay : Self.meanSquareDecay
    let squareCorrection = isAdam ? 1 - powf(squareDecay, Float(iteration)) : 1
    let base = settings.isRelative ? Self.layerShare * rootMeanSquare() : 0
    let steepest = settings.isRelative && settings.rule == .sgd ? largest(gradient) : 1
    let source = gradient.view
    let biasColumn = layer.weights.columnCount
    parallel(layer.inputCount + (settings.hasBiases ? 1 : 0)) { [self] index in
      let isBias = index == layer.inputCount
      let column = isBias ? biasColumn : index
      let values = isBias ? layer.biases.column(0) : layer.weights.column(index)
      let (m, v, g) = (means.column(column), squares.column(column), source.column(column))
      for row in 0..<layer.outputCount {
        var direction = g[row] / steepest
        if isAdam {
          m[row] = Self.decay * m[row] + (1 - Self.decay) * g[row]
          direction = m[row] / correction
        }
        if settings.rule != .sgd {
          v[row] = squareDecay * v[row] + (1 - squareDecay) * g[row] * g[row]
          direction /= (v[row] / squareCorrection).squareRoot() + Self.floor
        }
        let scale =
          !settings.isRelative
          ? 1 : isBias ? Self.biasScale : Self.ownShare * abs(values[row]) + base
        values[row] -= settings.rate * scale * direction
      }
    }
  }

  private func rootMeanSquare() -> Float {
    var sum: Float = 0
    for column in 0..<layer.inputCount {
      let values = layer.weights.column(column)
      for row in 0..<layer.outputCount { sum += values[row] * values[row] }
    }
    return (sum / Float(layer.inputCount * layer.outputCount)).squareRoot()
  }

  private func largest(_ gradient: borrowing Matrix) -> Float {
    var result = Float.leastNormalMagnitude
    for column in 0..<gradient.columnCount {
      let values = gradient.column(column)
      for row in 0..<gradient.rowCount { result = max(result, abs(values[row])) }
    }
    return result
  }

}
