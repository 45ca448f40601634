import CDivisi
import DivisiEngine
import Synchronization

/// What was learnt, as callers see it: tensors are computed when they are first asked for.
final class FactorTable: @unchecked Sendable {
  let losses: UnsafeMutableBufferPointer<Double>
  let metadata: [String: UnsafePointer<CChar>]
  private let factors: Factorisation
  private let shapes: [(name: String, shape: [Int])]
  private let texts = Texts()
  let names: [UnsafePointer<CChar>]
  private let values: Mutex<[Int: Values]> = Mutex([:])

  /// The values of a tensor.
  private struct Values: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
  }

  init(_ factors: Factorisation, losses: [Double]) {
    self.factors = factors
    shapes = factors.tensorShapes
    names = shapes.map { [texts] in texts.keep($0.name) }
    metadata = factors.metadata.mapValues { [texts] in texts.keep($0) }
    self.losses = .allocate(capacity: losses.count)
    _ = self.losses.initialize(from: losses)
  }

  deinit {
    losses.deallocate()
    values.withLock { for value in $0.values { value.start.deallocate() } }
  }

  /// Nil where there is none of this name.
  func tensor(_ name: String) -> divisi_tensor? {
    guard let index = shapes.firstIndex(where: { $0.name == name }) else { return nil }
    let shape = shapes[index].shape
    let start = values.withLock { values in
      if let known = values[index] { return known }
      let new = factors.values(ofTensor: name)
      let start = UnsafeMutablePointer<Float>.allocate(capacity: new.count)
      start.initialize(from: new, count: new.count)
      values[index] = Values(start: start)
      return Values(start: start)
    }
    return divisi_tensor(
      name: names[index], rank: shape.count,
      shape: (shape[0], shape.at(1) ?? 1, shape.at(2) ?? 1), values: start.start)
  }
}
