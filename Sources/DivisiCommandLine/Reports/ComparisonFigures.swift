import Glibc
import Plotting

extension Comparison {
  /// Losses of all models on one recording.
  func lossFigure(startCase: Int, recording: String, label: String) -> Figure {
    Figure.losses(
      recording,
      trials(startCase: startCase, recording: recording).map {
        LossCurve(name: $0.model, losses: $0.losses, seconds: $0.seconds)
      }, label: label)
  }

  /// The geometric mean of the losses of all recordings, each divided by the lowest that any model
  /// starts from there; over seconds, by the mean time of each iteration.
  func meanLossFigure(startCase: Int, label: String) -> Figure {
    let starts = Dictionary(
      uniqueKeysWithValues: items.map { item in
        (
          item.name,
          trials(startCase: startCase, recording: item.name).compactMap(\.losses.first).min() ?? 1
        )
      })
    let curves = models.map { model -> LossCurve in
      let trials = trials(startCase: startCase, model: model)
      let count = trials.map(\.losses.count).min() ?? 0
      func mean(_ value: (Trial) -> Double) -> Double {
        trials.reduce(0) { $0 + value($1) } / Double(max(trials.count, 1))
      }
      return LossCurve(
        name: model,
        losses: (0..<count).map { index in
          exp(
            mean { log(max($0.losses[index] / max(starts[$0.recording] ?? 1, 1e-300), 1e-12)) })
        },
        seconds: (0..<count).map { index in mean { $0.seconds[index] } })
    }
    return Figure.losses("Mean of \(items.count) recordings", curves, label: label + ", relative")
  }

  /// Bars of SDR: a group per case, a bar per model; the oracle and the mixture are lines.
  var scoreFigure: Figure {
    var boxes: [Box] = []
    var highest = oracle.sdrDecibels ?? 0
    var lowest = min(mixture.sdrDecibels ?? 0, 0)
    for (group, startCase) in startCases.enumerated() {
      let width = 0.8 / Double(models.count)
      for (index, model) in models.enumerated() {
        guard let value = meanScores(startCase: startCase, model: model).sdrDecibels else {
          continue
        }
        let left = Double(group) + 0.1 + width * Double(index)
        highest = max(highest, value)
        lowest = min(lowest, value)
        boxes.append(
          Box(
            x: left...left + 0.9 * width, y: min(value, 0)...max(value, 0), colour: .series(index)))
      }
    }
    let end = Double(startCases.count)
    let ink = Colour(hex: 0x222222)
    let lines = [("oracle", oracle.sdrDecibels), ("mixture", mixture.sdrDecibels)].compactMap {
      name, value in
      value.map {
        Curve(name, points: [(0, $0), (end, $0)], colour: ink, isDashed: name == "oracle")
      }
    }
    return Figure(
      "SDR, mean over parts and recordings",
      panels: [
        Panel(
          "Dashed: the oracle. Solid: the mixture as every part.", height: 260,
          x: Axis(
            "Case: how templates W and activations H start", range: 0...end,
            ticks: startCases.enumerated().map { index, number in
              .init(Double(index) + 0.5, StartCase(rawValue: number)?.label ?? "")
            }),
          y: .numbers("SDR (dB)", range: lowest - 1...highest + 1, hasGrid: true),
          layers: [.boxes(boxes), .curves(lines)],
          legend: models.enumerated().map { ($1, .series($0)) })
      ])
  }
}
