import DivisiSeparation
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
  /// How many channels were scored one by one.
  let scoredChannels: Int
  /// What has to be said of them.
  let remarks: [String]
  let parts: [Part]

  private var mean: Part {
    Part(
      name: "mean", scores: .mean(of: parts.compactMap(\.scores)),
      oracle: .mean(of: parts.compactMap(\.oracle)),
      mixture: .mean(of: parts.compactMap(\.mixture)))
  }

  /// A title, a header, a line per part, one of means, and remarks.
  var text: String {
    let table = Self.table(title: estimates, rows: parts + (parts.count > 1 ? [mean] : []))
    return ([table] + remarks.map { "  \($0.printable)" }).joined(separator: "\n")
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
    let withSTOI = rows.contains { $0.scores?.stoi != nil }
    let groupWidth = columnWidth * (Scores.measures.count + (withSTOI ? 1 : 0))
    let groups = ["estimate", "oracle", "mixture"].map { ("   " + $0).padding(to: groupWidth) }
    let titles = Scores.measures.map(\.title) + (withSTOI ? ["STOI"] : [])
    let header = titles.map { title in
      String(repeating: " ", count: max(1, columnWidth - title.count)) + title
    }.joined()
    var lines = [
      title.printable, "  " + "".padding(to: width) + groups.joined(separator: " "),
      "  " + "dB".padding(to: width) + [header, header, header].joined(separator: " "),
    ]
    for row in rows {
      let cells = [row.scores, row.oracle, row.mixture].map { scores in
        let values = Scores.measures.map { scores?[keyPath: $0.path] }
        return (values + (withSTOI ? [scores?.stoi] : [])).enumerated().map { index, value in
          value.map {
            fixed($0, digits: index < values.count ? 2 : 3, width: columnWidth)
          } ?? String(repeating: " ", count: columnWidth - 1) + "–"
        }.joined()
      }
      lines.append("  " + row.name.printable.padding(to: width) + cells.joined(separator: " "))
    }
    return lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  /// One line of JSON.
  var json: String {
    encodedAsLine(
      Record(
        references: references, estimates: estimates, scoredChannels: scoredChannels,
        remarks: remarks.isEmpty ? nil : remarks,
        parts: parts.map { Record.Part(name: $0.name, scores: Self.record($0)) },
        mean: Self.record(mean)))
  }

  private static func record(_ part: Part) -> ScoreRecord {
    ScoreRecord(scores: part.scores, oracle: part.oracle, mixture: part.mixture)
  }

  private struct Record: Encodable {
    struct Part: Encodable {
      let name: String
      let scores: ScoreRecord

      private enum Keys: String, CodingKey { case name }

      /// The scores stand beside the name.
      func encode(to encoder: any Encoder) throws {
        try scores.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .name)
      }
    }

    let references: String
    let estimates: String
    let scoredChannels: Int
    let remarks: [String]?
    let parts: [Part]
    let mean: ScoreRecord
  }
}
