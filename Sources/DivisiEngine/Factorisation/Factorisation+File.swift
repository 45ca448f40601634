import DivisiDSP

extension Factorisation {
  /// The version of the contents of ``encoded()``.
  static let formatVersion = 1

  /// Everything that was learnt, as the bytes of a safetensors file, for other programs.
  ///
  /// Shapes are those of the literature, the last dimension contiguous: `V` and `V_hat` K × N, `W`
  /// K × R × T, `H` and `M_H` (the mask of H) R × N, `owner` R × N (the part that a free entry of H
  /// belongs to, −1 elsewhere), `W_E` R × K × T where there is an encoder, and `masks` S × K' × N. K
  /// are the bins that were fitted, K' all of them. The metadata names parts and components, in
  /// order, separated by commas, and holds sample rate, window, hop and settings.
  ///
  /// - Complexity: as many bytes as four times all these values.
  public func encoded() -> [UInt8] {
    var file = SafeTensors()
    let binCount = model.binCount
    let frameCount = model.V.frameCount
    let approximation = Matrix(rowCount: binCount, columnCount: frameCount)
    for frame in 0..<frameCount {
      model.approximation(ofFrame: frame, into: approximation.column(frame))
    }
    file.tensors["V"] = .init(rows: model.V.values)
    file.tensors["V_hat"] = .init(rows: approximation)
    file.tensors["W"] = templateTensor
    file.tensors["H"] = entryTensor { model.H[$0] }
    file.tensors["M_H"] = entryTensor { model.pattern.weights[$0] }
    file.tensors["owner"] = entryTensor(elsewhere: -1) { Float(model.pattern.parts[$0]) }
    file.tensors["W_E"] = encoder.map { encoderTensor($0.templates) }
    file.tensors["masks"] = maskTensor
    file.metadata = metadata
    return file.encoded()
  }

  private var metadata: [String: String] {
    [
      "format": "divisi factors", "version": String(Self.formatVersion),
      "model": settings.model.rawValue, "beta": "\(settings.beta)",
      "alpha": "\(settings.wienerExponent)",
      "sample_rate": "\(grid.sampleRate)", "window": String(grid.windowLength),
      "hop": String(grid.hopSize),
      "parts": parts.map(\.name).joined(separator: ","),
      "components": components.map(\.name).joined(separator: ","),
      "pitches": components.map { String($0.pitch) }.joined(separator: ","),
    ]
  }

  private var templateTensor: SafeTensors.Tensor {
    let (K, R, T) = (model.binCount, components.count, model.W.frameCount)
    var values = [Float](repeating: 0, count: K * R * T)
    for r in 0..<R {
      for t in 0..<T {
        let column = model.W.frame(t, ofComponent: r)
        for k in 0..<K { values[(k * R + r) * T + t] = column[k] }
      }
    }
    return .init(shape: [K, R, T], values: values)
  }

  private func encoderTensor(_ encoder: borrowing Templates) -> SafeTensors.Tensor {
    let (K, R, T) = (model.binCount, components.count, model.W.frameCount)
    var values = [Float](repeating: 0, count: K * R * T)
    for r in 0..<R {
      for t in 0..<T {
        let column = encoder.frame(t, ofComponent: r)
        for k in 0..<K { values[(r * K + k) * T + t] = column[k] }
      }
    }
    return .init(shape: [R, K, T], values: values)
  }

  /// One value for each entry of H, another where H is never free.
  private func entryTensor(
    elsewhere: Float = 0, _ value: (_ entry: Int) -> Float
  ) -> SafeTensors.Tensor {
    let N = model.V.frameCount
    var values = [Float](repeating: elsewhere, count: components.count * N)
    for entry in 0..<model.pattern.entryCount {
      let index = Int(model.pattern.components[entry]) * N + Int(model.pattern.frames[entry])
      values[index] = value(entry)
    }
    return .init(shape: [components.count, N], values: values)
  }

  private var maskTensor: SafeTensors.Tensor {
    let (S, K, N) = (parts.count, grid.binCount, model.V.frameCount)
    var values = [Float](repeating: 0, count: S * K * N)
    let columns = Matrix(rowCount: K, columnCount: S)
    let scratch = Matrix(rowCount: K, columnCount: 2)
    for n in 0..<N {
      masks(ofFrame: n, into: columns, scratch: scratch)
      for s in 0..<S {
        let column = columns.column(s)
        for k in 0..<K { values[(s * K + k) * N + n] = column[k] }
      }
    }
    return .init(shape: [S, K, N], values: values)
  }
}

extension SafeTensors.Tensor {
  /// A matrix with its rows one after another.
  init(rows matrix: borrowing Matrix) {
    let (rowCount, columnCount) = (matrix.rowCount, matrix.columnCount)
    var values = [Float](repeating: 0, count: rowCount * columnCount)
    for column in 0..<columnCount {
      let source = matrix.column(column)
      for row in 0..<rowCount { values[row * columnCount + column] = source[row] }
    }
    self.init(shape: [rowCount, columnCount], values: values)
  }
}
