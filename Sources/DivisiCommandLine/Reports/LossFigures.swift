import DivisiEngine
import Plotting

/// One line in a picture of losses.
struct LossCurve {
  let name: String
  /// At the start and after each iteration.
  let losses: [Double]
  /// When each was reached.
  let seconds: [Double]
}

extension Figure {
  /// Losses over iterations and over seconds.
  static func losses(_ title: String, _ curves: [LossCurve], label: String = "Loss") -> Figure {
    let all = curves.flatMap(\.losses).filter { $0 > 0 }
    let lowest = (all.min() ?? 1) * 0.9
    let highest = max((all.max() ?? 1) * 1.1, lowest * 1.2)
    let loss =
      highest / lowest > 8
      ? Axis.ratios(label, range: lowest...highest, hasGrid: true)
      : Axis.numbers(label, range: lowest...highest, count: 6, hasGrid: true)
    func panel(_ label: String, _ places: (LossCurve) -> [Double]) -> Panel {
      let end = curves.compactMap { places($0).last }.max() ?? 1
      return Panel(
        "", height: 210, x: .numbers(label, range: 0...max(end, 1e-6), count: 10, hasGrid: true),
        y: loss,
        layers: [
          .curves(
            curves.enumerated().map { index, curve in
              Curve(
                curve.name,
                points: zip(places(curve), curve.losses).filter { $1 > 0 }.map { ($0, $1) },
                colour: .series(index))
            })
        ],
        legend: curves.enumerated().map { ($1.name, .series($0)) })
    }
    return Figure(
      title,
      panels: [
        panel("Iteration") { $0.losses.indices.map(Double.init) },
        panel("Time of fitting (s)", \.seconds),
      ])
  }
}

/// What a loss is, by its divergence.
func lossLabel(_ settings: SeparationSettings) -> String {
  switch settings.beta {
  case 2: "Euclidean loss"
  case 1: "Kullback-Leibler loss"
  case 0: "Itakura-Saito loss"
  default: "β-divergence, β = \(settings.beta)"
  }
}
