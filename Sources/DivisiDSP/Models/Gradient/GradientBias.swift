internal import Glibc

/// Biases of one layer and their optimiser.
///
/// - Thread: distinct biases from distinct threads.
final class GradientBias: Sendable {
  /// The biases.
  var values: UnsafeMutableBufferPointer<Float> { columns.values(ofColumn: 0) }
  private var means: UnsafeMutableBufferPointer<Float> { columns.values(ofColumn: 1) }
  private var squares: UnsafeMutableBufferPointer<Float> { columns.values(ofColumn: 2) }

  private let columns: Matrix
  private let settings: GradientSettings

  /// Steps on biases are plain and this much shorter than relative steps on weights: their scale is
  /// that of V, at most 1, and zero gives them no scale of their own.
  private static let share: Float = 0.01

  /// Biases of zero.
  init(count: Int, settings: GradientSettings) {
    self.settings = settings
    columns = Matrix(rowCount: count, columnCount: 3)
  }

  /// One step of one bias.
  ///
  /// - Parameter iteration: from 1 up.
  func step(_ index: Int, gradient: Float, iteration: Int) {
    let rate = settings.isRelative ? settings.rate * Self.share : settings.rate
    squares[index] = 0.999 * squares[index] + 0.001 * gradient * gradient
    let root = (squares[index] / (1 - powf(0.999, Float(iteration)))).squareRoot() + 1e-8
    switch settings.rule {
    case .sgd: values[index] -= rate * gradient / (settings.isRelative ? root : 1)
    case .rmsprop: values[index] -= rate * gradient / root
    case .adam:
      means[index] = 0.9 * means[index] + 0.1 * gradient
      values[index] -= rate * means[index] / (1 - powf(0.9, Float(iteration))) / root
    }
  }
}
