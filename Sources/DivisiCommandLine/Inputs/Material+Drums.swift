import DivisiEngine

extension Material {
  /// Whether strokes of drums are separated.
  var isOfDrums: Bool { if case .drums = self { true } else { false } }
}
