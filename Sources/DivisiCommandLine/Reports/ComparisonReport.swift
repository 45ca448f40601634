import DivisiEngine
import DivisiSeparation
import FoundationEssentials

/// A comparison as Markdown.
struct ComparisonReport {
  let comparison: Comparison
  let settings: SeparationSettings
  let threadCount: Int
  /// Links to pictures: of each case, and of each recording in it.
  let pictures: (_ name: String) -> String

  private var models: [String] { comparison.models }

  var text: String {
    var sections = [header]
    for startCase in comparison.startCases {
      sections += [errors(startCase), curves(startCase)]
    }
    if comparison.hasReferences { sections += [cases, scoreTables] }
    sections.append(costs)
    if let encoders { sections.append(encoders) }
    if let permutations { sections.append(permutations) }
    let dead = deadComponents
    if !dead.isEmpty { sections.append(dead) }
    return sections.joined(separator: "\n\n") + "\n"
  }

  // MARK: Sections

  private var header: String {
    let cutoff = settings.cutoffHertz > 0 ? "\(Int(settings.cutoffHertz)) Hz" : "none"
    return """
      # Comparison of \(models.joined(separator: ", "))

          divisi \(comparison.command.map(Self.quoted).joined(separator: " "))

      \(comparison.items.count) recording\(comparison.items.count == 1 ? "" : "s"), \
      \(fixed(comparison.items.reduce(0) { $0 + $1.seconds }, digits: 0)) s. In each case all models had the same spectrogram, \
      masks and start values.

      | preset | loss | iterations | refinements | window / hop | cutoff | α | tolerance | seed | threads |
      |---|---|---|---|---|---|---|---|---|---|
      | \(comparison.preset) | \(lossLabel(settings)) | \(settings.iterations) | \(settings.refinements) | \
      \(settings.windowLength) / \(settings.hopSize) | \(cutoff) | \(settings.wienerExponent) | \
      \(fixed(settings.toleranceSeconds * 1000, digits: 0)) ms | \(settings.seed) | \(threadCount) |
      """
  }

  /// The approximation errors: one row per recording, one column per model.
  private func errors(_ startCase: Int) -> String {
    var lines = [
      "## Approximation errors\(title(startCase))", "",
      "‖V − V̂‖ after the last iteration, V scaled to a maximum of 1; in brackets the share of ‖V‖.",
      "", "| recording | " + models.joined(separator: " | ") + " | order |",
      "|---|" + models.map { _ in "---|" }.joined() + "---|",
    ]
    for item in comparison.items {
      let trials = comparison.trials(startCase: startCase, recording: item.name)
      let cells = trials.map {
        "\(fixed($0.error, digits: 3)) (\(fixed(100 * $0.relativeError, digits: 1)) %)"
      }
      lines.append(row([item.name] + cells + [order(trials.map { ($0.model, $0.error) })]))
    }
    let means = models.map {
      ($0, comparison.mean(startCase: startCase, model: $0, of: \.error) ?? 0)
    }
    if comparison.items.count > 1 {
      let cells = models.enumerated().map { index, model in
        let share = comparison.mean(startCase: startCase, model: model, of: \.relativeError) ?? 0
        return "**\(fixed(means[index].1, digits: 3))** (\(fixed(100 * share, digits: 1)) %)"
      }
      lines.append(row(["**mean**"] + cells + [order(means)]))
    }
    if models.count > 1 {
      let count = comparison.items.count
      let given = comparison.count(ofOrder: models, startCase: startCase, by: \.error)
      let sorted = means.sorted { $0.1 < $1.1 }.map(\.0)
      let found = comparison.count(ofOrder: sorted, startCase: startCase, by: \.error)
      lines += [
        "",
        "The order given, \(models.joined(separator: " < ")), holds for \(given) of \(count) recordings; "
          + "that of the means, \(sorted.joined(separator: " < ")), for \(found).",
      ]
    }
    return lines.joined(separator: "\n")
  }

  private func curves(_ startCase: Int) -> String {
    var lines = ["### Losses over iterations and over seconds\(title(startCase))", ""]
    if comparison.items.count > 1 {
      lines += [
        "The geometric mean over all recordings, each against the lowest loss at its start.", "",
        "![Losses, mean](\(pictures(Self.lossPicture(startCase))))", "",
      ]
    }
    for item in comparison.items {
      let name = Self.lossPicture(startCase, recording: item.name)
      lines.append("![Losses of \(item.name)](\(pictures(name)))")
    }
    lines += [
      "", "| recording | " + models.map { "\($0): start → end" }.joined(separator: " | ") + " |",
      "|---|" + models.map { _ in "---|" }.joined(),
    ]
    for item in comparison.items {
      let cells = comparison.trials(startCase: startCase, recording: item.name).map {
        "\(short($0.losses.first)) → \(short($0.losses.last))"
      }
      lines.append(row([item.name] + cells))
    }
    return lines.joined(separator: "\n")
  }

  /// The cases of the literature: the oracle, the four ways to start, and doing nothing.
  private var cases: String {
    var lines = [
      "## Cases", "",
      "Mean over parts, then recordings, in dB. Case 0 is the oracle, which masks by the true stems.",
      "", "![SDR by case and model](\(pictures(Self.scorePicture)))", "",
      "| case | templates, activations | model | SDR | SIR | SAR | SI-SDR |",
      "|---|---|---|---|---|---|---|",
      row(["0", "ideal ratio mask", "–"] + cells(comparison.oracle)),
    ]
    for number in comparison.startCases {
      for model in models {
        let scores = comparison.meanScores(startCase: number, model: model)
        let start = StartCase(rawValue: number)?.text ?? ""
        lines.append(row(["\(number)", start, model] + cells(scores)))
      }
    }
    lines.append(row(["–", "the mixture as every part", "–"] + cells(comparison.mixture)))
    let remarks = comparison.items.flatMap { item in item.remarks.map { "- \(item.name): \($0)" } }
    if !remarks.isEmpty { lines += [""] + remarks }
    return lines.joined(separator: "\n")
  }

  private var scoreTables: String {
    comparison.startCases.map { startCase in
      var lines = [
        "### SDR of each recording\(title(startCase))", "",
        "| recording | part | " + models.joined(separator: " | ") + " | oracle | mixture |",
        "|---|---|" + models.map { _ in "---|" }.joined() + "---|---|",
      ]
      for item in comparison.items {
        guard let oracle = item.oracle, let mixture = item.mixture else { continue }
        let trials = comparison.trials(startCase: startCase, recording: item.name)
        for part in oracle.keys.sorted() {
          let values =
            trials.map { $0.scores?[part]?.sdrDecibels }
            + [oracle[part]?.sdrDecibels, mixture[part]?.sdrDecibels]
          lines.append(row([item.name, part] + values.map(decibels)))
        }
      }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private var costs: String {
    var lines = [
      "## Time and memory", "",
      "Computing losses does not count. Memory is what a separation held at most, beyond what was there before it.",
      "", "| model | case | ms per iteration | s of fitting | memory, MB |",
      "|---|---|---|---|---|",
    ]
    for startCase in comparison.startCases {
      for model in models {
        func mean(_ value: (Trial) -> Double?, _ digits: Int) -> String {
          comparison.mean(startCase: startCase, model: model, of: value).map {
            fixed($0, digits: digits)
          } ?? "–"
        }
        lines.append(
          row([
            model, "\(startCase)", mean({ $0.secondsPerIteration.map { 1000 * $0 } }, 2),
            mean(\.seconds.last, 2), mean({ $0.memoryBytes.map { Double($0) / 1e6 } }, 0),
          ]))
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Components that died, which a loss does not tell.
  private var deadComponents: String {
    let dead = comparison.trials.filter { !$0.silentComponents.isEmpty }
    guard !dead.isEmpty else { return "" }
    let rows = dead.map {
      row([$0.recording, "\($0.startCase)", $0.model, $0.silentComponents.joined(separator: ", ")])
    }
    return """
      ## Silent components

      Their activations are all but zero at the end: the score says that they sound, and the model has lost them, or another has \
      taken their place.

      | recording | case | model | components |
      |---|---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }

  /// The encoder of each model against the pseudo-inverse of its decoder.
  private var encoders: String? {
    var rows: [String] = []
    for startCase in comparison.startCases {
      for model in models {
        guard
          let likeness = comparison.mean(startCase: startCase, model: model, of: \.encoderLikeness)
        else { continue }
        rows.append(row([model, "\(startCase)", fixed(likeness, digits: 3)]))
      }
    }
    guard !rows.isEmpty else { return nil }
    return """
      ## Encoders

      The mean cosine between the rows of the encoder and those of the decoder's pseudo-inverse: 1 if they are the same but for gains.

      | model | case | cosine |
      |---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }

  /// Stems that were scored as parts of other names.
  private var permutations: String? {
    let rows = comparison.trials.compactMap { trial in
      trial.permutation.map { order in
        row([
          trial.recording, "\(trial.startCase)", trial.model,
          order.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            .joined(separator: ", "),
        ])
      }
    }
    guard !rows.isEmpty else { return nil }
    return """
      ## Permutations

      Where templates and activations start at random, nothing says which stem is which part. These were scored in the best order, by SI-SDR:

      | recording | case | model | part: stem |
      |---|---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }

  // MARK: Words

  static let scorePicture = "sdr"
  static func lossPicture(_ startCase: Int, recording: String? = nil) -> String {
    "loss-case\(startCase)" + (recording.map { "/\($0)" } ?? "")
  }

  private func title(_ startCase: Int) -> String {
    comparison.startCases == [1]
      ? "" : ", case \(startCase): \(StartCase(rawValue: startCase)?.text ?? "")"
  }

  private func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  private func order(_ values: [(model: String, value: Double)]) -> String {
    values.sorted { $0.value < $1.value }.map(\.model).joined(separator: " < ")
  }

  private func cells(_ scores: Scores) -> [String] {
    Scores.measures.map { decibels(scores[keyPath: $0.path]) }
  }

  private func decibels(_ value: Double?) -> String { value.map { fixed($0, digits: 2) } ?? "–" }

  private func short(_ value: Double?) -> String {
    guard let value else { return "–" }
    return fixed(value, digits: value < 1 ? 4 : value < 100 ? 2 : 0)
  }

  /// An argument as a shell takes it.
  static func quoted(_ argument: String) -> String {
    let isPlain = argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./,:=+@%".contains($0) }
    return isPlain && !argument.isEmpty
      ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
