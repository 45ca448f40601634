/// Scores, and beside them those of the yardsticks: one shape in the JSON of all commands.
struct ScoreRecord: Encodable {
  let scores: Scores?
  let oracle: Scores?
  let mixture: Scores?

  private enum Keys: String, CodingKey { case oracle, mixture }

  func encode(to encoder: any Encoder) throws {
    try scores?.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encodeIfPresent(oracle, forKey: .oracle)
    try container.encodeIfPresent(mixture, forKey: .mixture)
  }
}
