import Foundation

/// One number out of the records of a measurement.
struct Reduction: Sendable {
  let name: String
  /// The number, or nil if the records do not hold it.
  let value: @Sendable (_ records: [[String: Any]]) -> Double?

  /// Means over parts, then recordings, in decibels.
  static let sdr = mean("sdr", of: "sdr_decibels")
  static let sir = mean("sir", of: "sir_decibels")
  static let sar = mean("sar", of: "sar_decibels")
  /// The SDR of the ideal ratio mask.
  static let oracle = Reduction(name: "oracle") { records in
    average(
      records.map { record in
        let mean = record["mean"] as? [String: Any]
        let scores = mean?["oracle"] as? [String: Any]
        return scores?["sdr_decibels"] as? Double
      })
  }
  /// The SDR of the recording that comes out worst.
  static let weakest = Reduction(name: "weakest") { records in
    records.compactMap { score("sdr_decibels", of: $0) }.min()
  }
  /// The SDR of tracks whose kits took no part in the choice of any constant.
  static let unseen = Reduction(name: "unseen") { records in
    average(
      records.filter { record in
        let path = record["input"] as? String ?? ""
        return ["-bja-", "-millo3-", "-rumpf-"].contains { path.contains($0) }
      }.map { score("sdr_decibels", of: $0) })
  }

  private static func mean(_ name: String, of field: String) -> Reduction {
    Reduction(name: name) { records in average(records.map { score(field, of: $0) }) }
  }

  /// The last loss of a model in a comparison, mean over recordings.
  static func loss(of model: String) -> Reduction {
    Reduction(name: "loss-\(model)") { records in
      average(trials(records, of: model).map { ($0["losses"] as? [Double])?.last })
    }
  }

  /// The approximation error of a model in a comparison, mean over recordings.
  static func error(of model: String) -> Reduction {
    Reduction(name: "error-\(model)") { records in
      average(trials(records, of: model).map { $0["error"] as? Double })
    }
  }

  /// The SDR of a model in a comparison, mean over parts, then recordings.
  static func sdr(of model: String) -> Reduction {
    Reduction(name: "sdr-\(model)") { records in
      average(
        trials(records, of: model).map { trial in
          let parts = trial["scores"] as? [String: [String: Any]] ?? [:]
          return average(parts.values.map { $0["sdr_decibels"] as? Double })
        })
    }
  }

  /// In how many recordings of a comparison the errors rise from each group of models to the next.
  static func order(_ name: String, _ groups: [[String]]) -> Reduction {
    Reduction(name: name) { records in
      let errors = groups.map { group in
        group.map { model in trials(records, of: model).map { $0["error"] as? Double ?? .nan } }
      }
      guard let count = errors.first?.first?.count, count > 0 else { return nil }
      let holding = (0..<count).filter { index in
        zip(errors, errors.dropFirst()).allSatisfy { lower, upper in
          let (most, least) = (lower.map { $0[index] }.max()!, upper.map { $0[index] }.min()!)
          return most < least
        }
      }
      return Double(holding.count)
    }
  }

  private static func score(_ field: String, of record: [String: Any]) -> Double? {
    (record["mean"] as? [String: Any])?[field] as? Double
  }

  private static func trials(_ records: [[String: Any]], of model: String) -> [[String: Any]] {
    records.flatMap { $0["trials"] as? [[String: Any]] ?? [] }
      .filter { $0["model"] as? String == model }
  }

  /// The mean of values that are all there.
  private static func average(_ values: [Double?]) -> Double? {
    let known = values.compactMap { $0 }
    return known.isEmpty || known.count < values.count
      ? nil : known.reduce(0, +) / Double(known.count)
  }
}
