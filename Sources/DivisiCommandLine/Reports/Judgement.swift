import FoundationEssentials
import Terminal

/// How the stems of one recording compare with the true ones, for a person or for a program.
struct Judgement {
  struct Part {
    let name: String
    let scores: Scores?
    let oracle: Scores?
    let mixture: Scores?
  }

  let references: String
  let estimates: String
  let parts: [Part]

  private var mean: Part {
    Part(
      name: "mean", scores: .mean(of: parts.compactMap(\.scores)),
      oracle: .mean(of: parts.compactMap(\.oracle)),
      mixture: .mean(of: parts.compactMap(\.mixture)))
  }

  /// A title, a header, a line per part and one of means.
  var text: String {
    Self.table(title: estimates, rows: parts + (parts.count > 1 ? [mean] : []))
  }

  /// A line per recording, its means, and the mean of those.
  static func summary(of judgements: [Judgement]) -> String {
    let means = judgements.map(\.mean)
    let rows = zip(judgements, means).map { judgement, mean in
      Part(
        name: URL(fileURLWithPath: judgement.estimates).lastPathComponent, scores: mean.scores,
        oracle: mean.oracle, mixture: mean.mixture)
    }
    let all = Part(
      name: "mean", scores: .mean(of: means.compactMap(\.scores)),
      oracle: .mean(of: means.compactMap(\.oracle)),
      mixture: .mean(of: means.compactMap(\.mixture)))
    return table(title: "\(judgements.count) recordings", rows: rows + [all])
  }

  private static let columnWidth = 8

  private static func table(title: String, rows: [Part]) -> String {
    let width = max(4, rows.map(\.name.count).max() ?? 0)
    let groupWidth = columnWidth * Scores.measures.count
    let groups = ["estimate", "oracle", "mixture"].map { ("   " + $0).padding(to: groupWidth) }
    let header = Scores.measures.map { measure in
      String(repeating: " ", count: max(1, columnWidth - measure.title.count)) + measure.title
    }.joined()
    var lines = [
      title.printable, "  " + "".padding(to: width) + groups.joined(separator: " "),
      "  " + "dB".padding(to: width) + [header, header, header].joined(separator: " "),
    ]
    for row in rows {
      let cells = [row.scores, row.oracle, row.mixture].map { scores in
        Scores.measures.map { measure in
          scores?[keyPath: measure.path].map { fixed($0, digits: 2, width: columnWidth) }
            ?? String(repeating: " ", count: columnWidth - 1) + "–"
        }.joined()
      }
      lines.append("  " + row.name.printable.padding(to: width) + cells.joined(separator: " "))
    }
    return lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  /// One line of JSON.
  var json: String { encodedAsLine(Record(judgement: self, mean: mean)) }

  private struct Record: Encodable {
    let judgement: Judgement
    let mean: Part

    private enum Keys: String, CodingKey { case references, estimates, parts, mean }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(judgement.references, forKey: .references)
      try container.encode(judgement.estimates, forKey: .estimates)
      try container.encode(judgement.parts.map(Flat.init), forKey: .parts)
      try container.encode(Flat(part: mean), forKey: .mean)
    }
  }

  /// The scores of the estimate beside the name, as `divisi separate` gives them.
  private struct Flat: Encodable {
    let part: Part

    private enum Keys: String, CodingKey { case name, oracle, mixture }

    func encode(to encoder: any Encoder) throws {
      try part.scores?.encode(to: encoder)
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(part.name, forKey: .name)
      try container.encodeIfPresent(part.oracle, forKey: .oracle)
      try container.encodeIfPresent(part.mixture, forKey: .mixture)
    }
  }
}
