internal import DivisiKernels

/// One layer of a network: z = W x + b, for a tile of frames at once.
///
/// Column i of W is what input i excites. There are as many columns as fill whole vectors; those beyond the inputs are zero
/// and stay zero.
///
/// - Thread: any; weights must not change meanwhile.
final class SourceLayer: Sendable {
  let inputCount: Int
  let outputCount: Int
  /// W.
  let weights: Matrix
  /// b, one column.
  let biases: Matrix
  /// All rows.
  private let support: BinBlocks

  /// A layer of zeros.
  init(inputCount: Int, outputCount: Int) {
    self.inputCount = inputCount
    self.outputCount = outputCount
    weights = Matrix(rowCount: outputCount, columnCount: Self.padded(inputCount))
    biases = Matrix(rowCount: outputCount, columnCount: 1)
    support = .full(binCount: outputCount)
  }

  /// Inputs are taken four at a time, and frames too.
  static let group = 4
  private static func padded(_ count: Int) -> Int { (count + group - 1) / group * group }

  /// z ← W x + b.
  ///
  /// - Parameters:
  ///   - input: a frame to a column; what pads a column is zero.
  ///   - frameCount: a multiple of ``group``.
  /// - Complexity: O(inputs · outputs · frames), as all that follows.
  func apply(_ input: borrowing Matrix, to output: borrowing Matrix, frameCount: Int) {
    for frame in stride(from: 0, to: frameCount, by: 2) {
      let (y, z) = (output.column(frame), output.column(frame + 1))
      y.update(from: biases.column(0), count: output.columnStride)
      z.update(from: biases.column(0), count: output.columnStride)
      let (a, b) = (input.column(frame), input.column(frame + 1))
      for first in stride(from: 0, to: weights.columnCount, by: Self.group) {
        BlockKernels.add(
          columns(of: weights, from: first), gains: four(a + first), to: y, gains: four(b + first),
          to: z, over: support.blocks)
      }
    }
  }

  /// x′ ← Wᵀ z′: from the gradient by the output before g to that by the input.
  func backpropagate(
    _ errors: borrowing Matrix, to inputErrors: borrowing Matrix, frameCount: Int
  ) {
    for frame in stride(from: 0, to: frameCount, by: 2) {
      let (y, z) = (errors.column(frame), errors.column(frame + 1))
      let (a, b) = (inputErrors.column(frame), inputErrors.column(frame + 1))
      for first in stride(from: 0, to: weights.columnCount, by: Self.group) {
        let (one, other) = BlockKernels.dots(
          columns(of: weights, from: first), y, z, count: errors.columnStride)
        set(a + first, one)
        set(b + first, other)
      }
    }
  }

  /// Adds what some frames say to the gradient by W and b.
  ///
  /// - Parameters:
  ///   - errors: the gradient by the output before g, zero in frames that do not count.
  ///   - gradient: as W, and b in the column behind it.
  func addGradient(
    _ errors: borrowing Matrix, input: borrowing Matrix, to gradient: borrowing Matrix,
    frameCount: Int
  ) {
    for frame in stride(from: 0, to: frameCount, by: Self.group) {
      let columns = columns(of: errors, from: frame)
      let inputs = (
        input.column(frame), input.column(frame + 1), input.column(frame + 2),
        input.column(frame + 3)
      )
      for row in stride(from: 0, to: weights.columnCount, by: 2) {
        BlockKernels.add(
          columns, gains: SIMD4(inputs.0[row], inputs.1[row], inputs.2[row], inputs.3[row]),
          to: gradient.column(row),
          gains: SIMD4(
            inputs.0[row + 1], inputs.1[row + 1], inputs.2[row + 1], inputs.3[row + 1]),
          to: gradient.column(row + 1), over: support.blocks)
      }
      BlockKernels.add(
        columns, gains: SIMD4(repeating: 1), to: gradient.column(weights.columnCount),
        over: support.blocks)
    }
  }

  /// Zeros of the shape that ``addGradient(_:input:to:frameCount:)`` takes.
  func makeGradient() -> Matrix {
    Matrix(rowCount: outputCount, columnCount: weights.columnCount + 1)
  }

  private func columns(of matrix: borrowing Matrix, from first: Int) -> BlockKernels.Columns {
    (
      UnsafePointer(matrix.column(first)), UnsafePointer(matrix.column(first + 1)),
      UnsafePointer(matrix.column(first + 2)), UnsafePointer(matrix.column(first + 3))
    )
  }

  private func four(_ x: UnsafePointer<Float>) -> SIMD4<Float> {
    SIMD4(x[0], x[1], x[2], x[3])
  }

  private func set(_ x: UnsafeMutablePointer<Float>, _ values: SIMD4<Float>) {
    for index in 0..<Self.group { x[index] = values[index] }
  }
}
