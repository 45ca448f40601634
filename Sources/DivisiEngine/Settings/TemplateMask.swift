/// How strictly the templates of pitches keep to their partials: the yardsticks of the literature.
public enum TemplateMask: String, CaseIterable, Sendable {
  /// What lies between the partials is zero and stays zero.
  case hard
  /// Partials are where templates start, and no bin is closed.
  case soft
  /// Every template starts flat, and no bin is closed.
  case none

  /// Start value between partials, against the largest, so that updates can move it.
  private static let floor: Float = 1e-3

  /// What a template starts from.
  ///
  /// - Parameter template: K values with zeros between its partials.
  func applied(to template: [Float]) -> [Float] {
    switch self {
    case .hard: template
    case .soft: { least in template.map { max($0, least) } }(Self.floor * (template.max() ?? 0))
    case .none: [Float](repeating: 1 / Float(max(template.count, 1)), count: template.count)
    }
  }
}
