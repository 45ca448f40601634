import ArgumentParser
import DivisiEngine

/// What `--models` may name.
enum ComparedModel {
  /// A model that separates recordings, too.
  case separating(ModelKind)
  /// One that comparisons alone offer.
  case yardstick(YardstickModel)

  init?(_ name: String) {
    if let kind = ModelKind(rawValue: name) {
      self = .separating(kind)
    } else if let yardstick = YardstickModel(rawValue: name) {
      self = .yardstick(yardstick)
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .separating(let kind): kind.rawValue
    case .yardstick(let yardstick): yardstick.rawValue
    }
  }

  /// What it is, or whose notes and start values it has.
  var kind: ModelKind {
    switch self {
    case .separating(let kind): kind
    case .yardstick(let yardstick): yardstick.base
    }
  }

  var yardstick: YardstickModel? {
    if case .yardstick(let yardstick) = self { yardstick } else { nil }
  }

  /// All models that separate recordings.
  static let usual = ModelKind.allCases.map(Self.separating)

  static let names =
    (ModelKind.allCases.map(\.rawValue) + YardstickModel.allCases.map(\.rawValue))
    .joined(separator: ", ")

  /// Some of them by name.
  static func list(_ text: String) throws -> [ComparedModel] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let models = names.compactMap { Self($0) }
    guard models.count == names.count, Set(names).count == names.count else {
      throw ValidationError(
        "--models: expected some of \(Self.names), each once, found '\(text)'")
    }
    return models
  }
}
