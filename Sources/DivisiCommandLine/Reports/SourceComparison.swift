import DivisiDSP
import DivisiEngine
import DivisiSeparation
import Terminal

/// What models made of mixtures of sources that they were trained on, as JSON and as Markdown.
struct SourceComparison: Encodable {
  /// What a source was trained on.
  struct Training: Encodable {
    let name: String
    let seconds: Double
  }

  /// The program's arguments.
  let command: [String]
  /// That found what sources sound like in a mixture.
  let iterations: Int
  let training: [Training]
  var items: [Comparison.Item] = []
  /// In the order of the report.
  var trials: [SourceTrial] = []

  /// How near two models must be to count as equal, in decibels.
  private static let tie = 0.5

  var text: String {
    ([header, scores, mixtures] + (orders.isEmpty ? [] : [orders])).joined(separator: "\n\n") + "\n"
  }

  private var header: String {
    let sounds = training.map { "\($0.name) \(fixed($0.seconds, digits: 1)) s" }
    return """
      # Comparison of trained sources

          divisi \(command.map(ComparisonReport.quoted).joined(separator: " "))

      \(items.count) mixture\(items.count == 1 ? "" : "s"), \(fixed(items.reduce(0) { $0 + $1.seconds }, digits: 0)) s. \
      Trained on: \(sounds.joined(separator: ", ")). In the mixtures decoders stay as they are, and \(iterations) iterations find their inputs.
      """
  }

  private var hasSTOI: Bool { trials.contains { $0.mean.stoi != nil } }

  private func cells(_ scores: Scores) -> [String] {
    Scores.measures.map { number(scores[keyPath: $0.path], 2) }
      + (hasSTOI ? [number(scores.stoi, 3)] : [])
  }

  /// The table of the paper: a row for each model.
  private var scores: String {
    let titles = Scores.measures.map(\.title) + (hasSTOI ? ["STOI"] : [])
    var lines = [
      "## Scores", "", "Mean over sources, then mixtures, in dB.", "",
      row(
        ["model", "R", "L"] + titles + ["left of the training", "s of training", "× real time"]),
      "|" + String(repeating: "---|", count: 6 + titles.count),
    ]
    let seconds = items.reduce(0) { $0 + $1.seconds }
    for trial in trials {
      lines.append(
        row(
          [trial.model, "\(trial.components)", trial.layers.map(String.init) ?? "–"]
            + cells(trial.mean) + [
              "\(fixed(100 * trial.unexplained, digits: 1)) %",
              fixed(trial.trainingSeconds, digits: 1),
              fixed(seconds / max(trial.separationSeconds, 1e-9), digits: 0),
            ]))
    }
    for (name, mean) in [
      (
        "ideal ratio mask",
        Scores.mean(of: items.compactMap { $0.oracle.map { .mean(of: $0.values) } })
      ),
      (
        "the mixture as every source",
        .mean(of: items.compactMap { $0.mixture.map { .mean(of: $0.values) } })
      ),
    ] {
      lines.append(row([name, "–", "–"] + cells(mean) + ["–", "–", "–"]))
    }
    return lines.joined(separator: "\n")
  }

  private var mixtures: String {
    var lines = [
      "## SDR of each mixture", "",
      row(
        ["mixture"]
          + trials.map { "\($0.model) \($0.components)" + ($0.layers.map { " L \($0)" } ?? "") } + [
            "oracle"
          ]),
      "|" + String(repeating: "---|", count: trials.count + 2),
    ]
    for (index, item) in items.enumerated() {
      let values = trials.map { Scores.mean(of: $0.scores[index].values).sdrDecibels }
      let oracle = item.oracle.flatMap { Scores.mean(of: $0.values).sdrDecibels }
      lines.append(row([item.name] + (values + [oracle]).map { number($0, 2) }))
    }
    return lines.joined(separator: "\n")
  }

  /// What Smaragdis & Venkataramani found, and whether it holds here.
  private var orders: String {
    let factorisations = trials.filter { $0.model == ModelKind.nmf.rawValue }
    let networks = trials.filter { $0.layers != nil }
    var lines: [String] = []
    for network in networks {
      guard let other = factorisations.first(where: { $0.components == network.components }),
        let a = network.mean.sdrDecibels, let b = other.mean.sdrDecibels
      else { continue }
      lines.append(
        "- \(network.model), L = \(network.layers ?? 2), at R = \(network.components) against NMF: \(signed(a - b)) dB: \(verdict(a - b))"
      )
    }
    for deep in networks where deep.layers != 2 {
      guard
        let shallow = networks.first(where: {
          $0.layers == 2 && $0.model == deep.model && $0.components == deep.components
        }), let a = deep.mean.sdrDecibels, let b = shallow.mean.sdrDecibels
      else { continue }
      lines.append(
        "- \(deep.model), L = \(deep.layers ?? 2) against L = 2, at R = \(deep.components): \(signed(a - b)) dB"
      )
    }
    guard !lines.isEmpty else { return "" }
    return """
      ## Orders

      Smaragdis & Venkataramani (2017) find autoencoders as good as NMF of the same rank or better, and that deep ones need the higher rank.

      \(lines.joined(separator: "\n"))
      """
  }

  private func verdict(_ difference: Double) -> String {
    difference >= 0 ? "kept" : difference >= -Self.tie ? "kept, as a tie" : "reversed"
  }

  private func signed(_ value: Double) -> String {
    (value < 0 ? "−" : "+") + fixed(abs(value), digits: 2)
  }

  private func number(_ value: Double?, _ digits: Int) -> String {
    value.map { fixed($0, digits: digits) } ?? "–"
  }

  private func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}

extension SourceMixture {
  /// What is known before any model.
  func item(grid: TimeGrid, parallel: @escaping Parallel) -> Comparison.Item {
    let yardsticks = Yardsticks.measure(
      references, mixture: recording.channels, grid: grid, exponent: 1, parallel: parallel)
    return Comparison.Item(
      name: name, path: path, seconds: recording.durationSeconds, oracle: yardsticks.oracle,
      mixture: yardsticks.mixture, remarks: references.remarks)
  }
}
