import DivisiDSP

extension Factorisation {
  /// The version of the contents of ``encoded()``.
  static let formatVersion = 1

  /// Everything that was learnt, as the bytes of a safetensors file, for other programs.
  ///
  /// Shapes are those of the literature, the last dimension contiguous: `V` and `V_hat` K × N, `W`
  /// K × R × T, `H` and `M_H` (the mask of H) R × N, `owner` R × N (the part that a free entry of H
  /// belongs to, −1 elsewhere), `W_E` R × K × T where there is an encoder, with what it finds before dropout, `H_E` R × N, and
  /// for templates of one frame the decoder's pseudo-inverse, `W_D_inverse` R × K, `F` R × N (in hertz, where the pitch of a component
  /// was found; 0 where none of its notes sounds) where pitches are followed, and `masks` S × K' × N. K
  /// are the bins that were fitted, K' all of them. The metadata names parts and components, in
  /// order, separated by commas, and holds sample rate, window, hop and settings.
  ///
  /// - Complexity: as many bytes as four times all these values.
  public func encoded() -> [UInt8] {
    let shapes = Dictionary(uniqueKeysWithValues: tensorShapes.map { ($0.name, $0.shape) })
    return SafeTensors.encoded(metadata: metadata, shapes: shapes, values: values)
  }

  /// What ``encoded()`` holds, by name.
  public var tensorShapes: [(name: String, shape: [Int])] {
    let (K, R, N, T) = (model.binCount, components.count, model.V.frameCount, model.W.frameCount)
    return [
      ("V", [K, N]), ("V_hat", [K, N]), ("W", [K, R, T]), ("H", [R, N]), ("M_H", [R, N]),
      ("owner", [R, N]),
    ] + (encoder == nil ? [] : [("W_E", [R, K, T]), ("H_E", [R, N])])
      + (encoder != nil && T == 1 ? [("W_D_inverse", [R, K])] : [])
      + (partials == nil ? [] : [("F", [R, N])])
      + [("masks", [parts.count, grid.binCount, N])]
  }

  /// The values of one of ``tensorShapes``, the last dimension contiguous.
  ///
  /// - Complexity: O(values); they are computed anew each time.
  public func values(ofTensor name: String) -> [Float] {
    switch name {
    case "V": rows(of: model.V.values)
    case "V_hat": approximationValues
    case "W": templateValues
    case "H": entryValues { model.H[$0] }
    case "M_H": entryValues { model.pattern.weights[$0] }
    case "owner": entryValues(elsewhere: -1) { Float(model.pattern.parts[$0]) }
    case "F": frequencyValues
    case "H_E": encoder.map(codeValues) ?? []
    case "W_D_inverse": (pseudoInverse() ?? []).flatMap { $0.map(Float.init) }
    case "W_E": encoder.map { encoderValues($0.templates) } ?? []
    default: maskValues
    }
  }

  private var approximationValues: [Float] {
    let approximation = Matrix(rowCount: model.binCount, columnCount: model.V.frameCount)
    for frame in 0..<model.V.frameCount {
      model.approximation(ofFrame: frame, into: approximation.column(frame))
    }
    return rows(of: approximation)
  }

  /// What ``encoded()`` says besides, as text.
  public var metadata: [String: String] {
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

  private var templateValues: [Float] {
    let (K, R, T) = (model.binCount, components.count, model.W.frameCount)
    var values = [Float](repeating: 0, count: K * R * T)
    for r in 0..<R {
      for t in 0..<model.W.frameCount(ofComponent: r) {
        let column = model.W.frame(t, ofComponent: r)
        for k in 0..<K { values[(k * R + r) * T + t] = column[k] }
      }
    }
    return values
  }

  private func encoderValues(_ encoder: borrowing Templates) -> [Float] {
    let (K, R, T) = (model.binCount, components.count, model.W.frameCount)
    var values = [Float](repeating: 0, count: K * R * T)
    for r in 0..<R {
      for t in 0..<T {
        let column = encoder.frame(t, ofComponent: r)
        for k in 0..<K { values[(r * K + k) * T + t] = column[k] }
      }
    }
    return values
  }

  /// One value for each entry of H, another where H is never free.
  private func entryValues(
    elsewhere: Float = 0, _ value: (_ entry: Int) -> Float
  ) -> [Float] {
    let N = model.V.frameCount
    var values = [Float](repeating: elsewhere, count: components.count * N)
    for entry in 0..<model.pattern.entryCount {
      let index = Int(model.pattern.components[entry]) * N + Int(model.pattern.frames[entry])
      values[index] = value(entry)
    }
    return values
  }

  private var frequencyValues: [Float] {
    let N = model.V.frameCount
    var values = [Float](repeating: 0, count: components.count * N)
    for track in tracks {
      let instrument = parts[track.part].instrument
      for (r, component) in components.enumerated()
      where component.pitch == track.note.pitch && component.instrument == instrument {
        for (index, hertz) in track.hertz.enumerated() {
          values[r * N + track.firstFrame + index] = Float(hertz)
        }
      }
    }
    return values
  }

  private var maskValues: [Float] {
    let (S, K, N) = (parts.count, grid.binCount, model.V.frameCount)
    var values = [Float](repeating: 0, count: S * K * N)
    let columns = Matrix(rowCount: K, columnCount: S)
    let scratch = Matrix(rowCount: K, columnCount: 2 + S)
    for n in 0..<N {
      masks(ofFrame: n, into: columns, scratch: scratch)
      for s in 0..<S {
        let column = columns.column(s)
        for k in 0..<K { values[(s * K + k) * N + n] = column[k] }
      }
    }
    return values
  }

  /// A matrix with its rows one after another.
  private func rows(of matrix: borrowing Matrix) -> [Float] {
    let (rowCount, columnCount) = (matrix.rowCount, matrix.columnCount)
    var values = [Float](repeating: 0, count: rowCount * columnCount)
    for column in 0..<columnCount {
      let source = matrix.column(column)
      for row in 0..<rowCount { values[row * columnCount + column] = source[row] }
    }
    return values
  }
}
