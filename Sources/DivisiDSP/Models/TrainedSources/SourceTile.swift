/// What layers make of a few frames, and how the loss depends on it: buffers that are made once.
///
/// - Thread: one at a time.
final class SourceTile {
  /// Frames of a tile, so few that what layers say of them stays in the second-level cache.
  static let length = 32

  /// A matrix that arrays can hold: a column for each frame.
  final class Values: Sendable {
    let matrix: Matrix

    init(rowCount: Int) { matrix = Matrix(rowCount: rowCount, columnCount: SourceTile.length) }
  }

  /// The input, then what each layer gives after g.
  let outputs: [Values]
  /// The gradient by each of ``outputs``.
  let errors: [Values]
  /// g′ of each layer; the first is not used.
  private let slopes: [Values]
  private let layers: [SourceLayer]
  private let nonlinearity: Nonlinearity?

  /// - Parameter nonlinearity: g; nil for none.
  init(_ layers: [SourceLayer], nonlinearity: Nonlinearity?) {
    self.layers = layers
    self.nonlinearity = nonlinearity
    let counts = [layers[0].inputCount] + layers.map(\.outputCount)
    outputs = counts.map(Values.init)
    errors = counts.map(Values.init)
    slopes = counts.map { Values(rowCount: nonlinearity == nil ? 0 : $0) }
  }

  /// Computes what layers give from ``outputs``[0].
  ///
  /// - Parameter frameCount: a multiple of ``SourceLayer/group``.
  func apply(frameCount: Int) {
    for (index, layer) in layers.enumerated() {
      let output = outputs[index + 1]
      layer.apply(outputs[index].matrix, to: output.matrix, frameCount: frameCount)
      guard let nonlinearity else { continue }
      for frame in 0..<frameCount {
        nonlinearity.apply(
          to: output.matrix.column(frame), slopes: slopes[index + 1].matrix.column(frame),
          count: layer.outputCount)
      }
    }
  }

  /// Goes from the gradient by the output of some layers to that by their input.
  ///
  /// - Parameters:
  ///   - range: the layers, the last of which has its gradient in ``errors``.
  ///   - gradients: one for each layer of the tile, added to; nil where weights stay.
  ///   - needsInput: whether the gradient by the first one's input is wanted.
  func backpropagate(
    through range: Range<Int>, gradients: [SourceGradient]?, needsInput: Bool, frameCount: Int
  ) {
    for index in range.reversed() {
      let error = errors[index + 1]
      if nonlinearity != nil {
        for frame in 0..<frameCount {
          let (values, slopes) = (
            error.matrix.column(frame), slopes[index + 1].matrix.column(frame)
          )
          for row in stride(from: 0, to: error.matrix.columnStride, by: Lane.scalarCount) {
            values.setLanes(row, values.lanes(row) * slopes.lanes(row))
          }
        }
      }
      if let gradients {
        layers[index].addGradient(
          error.matrix, input: outputs[index].matrix, to: gradients[index].values,
          frameCount: frameCount)
      }
      if index > range.lowerBound || needsInput {
        layers[index].backpropagate(
          error.matrix, to: errors[index].matrix, frameCount: frameCount)
      }
    }
  }
}

/// The gradient by the weights of a layer, and by its biases in the last column.
final class SourceGradient: Sendable {
  let values: Matrix

  init(of layer: SourceLayer) { values = layer.makeGradient() }
}

extension Matrix {
  /// Sets all values to zero.
  func clear() {
    for index in 0..<columnCount { column(index).update(repeating: 0, count: columnStride) }
  }

  /// Adds another matrix of the same shape.
  func add(_ other: borrowing Matrix) {
    for index in 0..<columnCount {
      let (values, more) = (column(index), other.column(index))
      for row in Swift.stride(from: 0, to: columnStride, by: Lane.scalarCount) {
        values.setLanes(row, values.lanes(row) + more.lanes(row))
      }
    }
  }

  /// Sets what pads a column to zero.
  func clearPadding(ofColumn index: Int) {
    let values = column(index)
    for row in rowCount..<columnStride { values[row] = 0 }
  }
}
