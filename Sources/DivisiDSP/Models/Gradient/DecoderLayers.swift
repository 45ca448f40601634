/// A deep decoder: W_D D_(L/2−1) … D_1 H', with R × R layers before the templates.
///
/// Weights and codes are non-negative, so a ReLU or an absolute value between the layers changes
/// nothing, and the decoder is one matrix, the *effective* templates W_D D_(L/2−1) … D_1: what a
/// ``ConvolutiveNMF`` holds, masks are taken from, and a file would keep.
///
/// A layer only mixes components of one sound (a pitch, a drum) whose templates have the same
/// support, or else a part would speak with the templates of another, and through bins that its
/// mask closes.
///
/// - Thread: one at a time.
final class DecoderLayers: Sendable {
  /// The last layer, K × R × T: W_D.
  let templates: Templates
  /// The gradient by it, K × (R · T).
  let gradient: Matrix
  /// D_1, D_2, …; column r is what component r of the layer before excites.
  let layers: [SquareLayer]
  /// Components that mix with each other.
  private let blocks: [[Int]]
  private let parallel: Parallel

  /// Layers of the identity before a decoder as it is.
  ///
  /// - Parameter sounds: which sound each component is of, R values.
  init(
    count: Int, templates: consuming Templates, sounds: [Int], settings: GradientSettings,
    parallel: @escaping Parallel
  ) {
    self.parallel = parallel
    var blocks: [[Int]] = []
    for component in 0..<templates.componentCount {
      let block = blocks.firstIndex { block in
        sounds[block[0]] == sounds[component]
          && templates.haveSameSupport(block[0], component)
      }
      if let block { blocks[block].append(component) } else { blocks.append([component]) }
    }
    self.blocks = blocks
    var blockOfComponent = [Int](repeating: 0, count: templates.componentCount)
    for (index, block) in blocks.enumerated() {
      for component in block { blockOfComponent[component] = index }
    }
    layers = (0..<count).map { _ in
      SquareLayer(
        componentCount: templates.componentCount, settings: settings, isNonnegative: true
      ) { blockOfComponent[$0] == blockOfComponent[$1] }
    }
    gradient = Matrix(
      rowCount: templates.binCount, columnCount: templates.componentCount * templates.frameCount)
    self.templates = templates
  }

  /// Makes the effective templates those of a model.
  func write(to model: ConvolutiveNMF) {
    parallel(blocks.count) { [self] index in
      for component in blocks[index] {
        let gains = path(from: component, in: blocks[index]).last!
        for frame in 0..<templates.frameCount {
          let column = model.W.frame(frame, ofComponent: component)
          column.update(repeating: 0, count: gradient.columnStride)
          for (mate, gain) in zip(blocks[index], gains) {
            BlockKernels.add(
              templates.frame(frame, ofComponent: mate), gain: gain, to: column,
              over: templates.supports[mate].blocks)
          }
        }
      }
    }
  }

  /// From the gradient by the effective templates to those by ``templates`` and by the layers.
  ///
  /// - Parameters:
  ///   - columns: frame τ of component r in column r · `stride` + τ.
  func differentiate(_ columns: borrowing Matrix, stride: Int) {
    let source = columns.view
    parallel(blocks.count) { [self] index in
      let block = blocks[index]
      let bins = templates.supports[block[0]].blocks
      for component in block {
        for layer in layers {
          layer.gradient.column(component).update(
            repeating: 0, count: layer.gradient.columnStride)
        }
        for frame in 0..<templates.frameCount {
          gradient.column(component * templates.frameCount + frame).update(
            repeating: 0, count: gradient.columnStride)
        }
      }
      for component in block {
        let path = path(from: component, in: block)
        var slopes = block.map { mate in
          (0..<templates.frameCount).reduce(Float(0)) { sum, frame in
            let column = source.column(component * stride + frame)
            BlockKernels.add(
              column, gain: path.last![block.firstIndex(of: mate)!],
              to: gradient.column(mate * templates.frameCount + frame), over: bins)
            return sum
              + BlockKernels.dot(templates.frame(frame, ofComponent: mate), column, over: bins)
          }
        }
        for (layer, inputs) in zip(layers, path.dropLast()).reversed() {
          slopes = zip(block, inputs).map { mate, input in
            let (weights, result) = (layer.column(mate), layer.gradient.column(mate))
            return zip(block, slopes).reduce(Float(0)) { sum, next in
              result[next.0] += next.1 * input
              return sum + weights[next.0] * next.1
            }
          }
        }
      }
    }
  }

  /// One step of all layers but the last.
  func step(iteration: Int) {
    for layer in layers {
      parallel(templates.componentCount) { layer.step(column: $0, iteration: iteration) }
    }
  }

  /// What a component excites in its block: at the input, then after each layer.
  private func path(from component: Int, in block: [Int]) -> [[Float]] {
    layers.reduce(into: [block.map { $0 == component ? 1 : 0 }]) { path, layer in
      let inputs = path.last!
      path.append(
        block.map { row in
          zip(block, inputs).reduce(Float(0)) { $0 + layer.column($1.0)[row] * $1.1 }
        })
    }
  }
}

extension Templates {
  /// Whether two components are non-zero in the same places.
  fileprivate borrowing func haveSameSupport(_ one: Int, _ other: Int) -> Bool {
    (0..<frameCount).allSatisfy { frame in
      let (a, b) = (self.frame(frame, ofComponent: one), self.frame(frame, ofComponent: other))
      return (0..<values.columnStride).allSatisfy { (a[$0] != 0) == (b[$0] != 0) }
    }
  }
}
