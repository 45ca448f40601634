import DivisiDSP

/// Which stem is which part, where nothing that a model starts from says so.
enum StemPermutation {
  /// More parts have too many orders.
  private static let mostParts = 7

  /// The order with the highest mean SI-SDR, of the first channel: the stem of each part.
  ///
  /// - Returns: nil where stems are best as they are named, or are too many.
  static func best(of stems: [String: [[Float]]], against references: References) -> [String:
    String]?
  {
    let names = stems.keys.filter { references.stems[$0] != nil }.sorted()
    guard names.count > 1, names.count <= mostParts else { return nil }
    let scores = names.map { part in
      names.map { stem in
        ScaleInvariantSDR.decibels(
          reference: references.stems[part]![0],
          estimate: references.channelUse.applied(to: stems[stem]!)[0]) ?? -.infinity
      }
    }
    var (best, order) = (-Double.infinity, Array(names.indices))
    func search(_ chosen: [Int], _ sum: Double) {
      guard chosen.count < names.count else {
        if sum > best { (best, order) = (sum, chosen) }
        return
      }
      for stem in names.indices where !chosen.contains(stem) {
        search(chosen + [stem], sum + scores[chosen.count][stem])
      }
    }
    search([], 0)
    guard order != Array(names.indices) else { return nil }
    return Dictionary(uniqueKeysWithValues: zip(names, order.map { names[$0] }))
  }
}
