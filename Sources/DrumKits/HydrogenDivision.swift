internal import Glibc

/// Velocities of a layer that have a layer of Hydrogen for each of its samples.
///
/// Hydrogen counts turns for each division by itself, so a layer is divided only where ears would tell.
struct HydrogenDivision: Equatable {
  /// Its number among the instrument's layers.
  var layer: Int
  var velocities: ClosedRange<Int>
  /// Layers of Hydrogen that it takes: samples that take turns.
  var cost: Int

  /// Levels of a division may be this far from the drum's law in all, in decibels: 1 dB on either side.
  private static let tolerance = 2.0

  /// Divides what is furthest from the drum's law, until all is near it or there is no more room.
  ///
  /// - Parameters:
  ///   - layers: ascending.
  ///   - exponent: of the law.
  ///   - room: layers of Hydrogen in all.
  static func all(of layers: [Self], exponent: Double, room: Int) -> [Self] {
    var result = layers
    var room = room - layers.reduce(0) { $0 + $1.cost }
    while true {
      let worst = result.indices.filter {
        result[$0].cost <= room && result[$0].velocities.count > 1
          && result[$0].error(exponent) > tolerance
      }.max { result[$0].weight(exponent) < result[$1].weight(exponent) }
      guard let worst else { return result }
      let (low, high) = (result[worst].velocities.lowerBound, result[worst].velocities.upperBound)
      let middle = (low + high) / 2
      result[worst].velocities = low...middle
      var upper = result[worst]
      upper.velocities = middle + 1...high
      result.insert(upper, at: worst + 1)
      room -= upper.cost
    }
  }

  /// How far the law and Hydrogen's move apart from one end to the other, in decibels.
  private func error(_ exponent: Double) -> Double {
    abs(exponent / 2 - 1) * 20
      * log10(Double(velocities.upperBound) / Double(velocities.lowerBound))
  }

  /// Soft strokes are heard less.
  private func weight(_ exponent: Double) -> Double {
    error(exponent) * Double(velocities.upperBound)
  }
}
