import DivisiDSP

extension NoteBank {
  /// Collects what a fit has found.
  ///
  /// - Parameter factorisation: of a recording at 44.1 kHz with the settings of `hands`, all bins
  ///   below the cutoff.
  public init(_ factorisation: Factorisation, tuningCents: Double, origin: String) {
    templates = [:]
    self.tuningCents = tuningCents
    self.origin = origin
    let model = factorisation.model
    for (index, component) in factorisation.components.enumerated() {
      guard let kind = Self.kinds.firstIndex(of: component.role.rawValue) else { continue }
      guard component.cents == 0 else { continue }
      let sum = model.W.sum(ofComponent: index)
      let column = model.W.frame(0, ofComponent: index)
      let values = (0..<model.binCount).map { sum > 0 ? column[$0] / sum : 0 }
      templates[component.pitch, default: [[], [], []]][kind] = values
    }
    templates = templates.filter { $0.value.allSatisfy { !$0.isEmpty } }
  }
}
