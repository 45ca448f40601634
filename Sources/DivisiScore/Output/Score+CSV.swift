extension Score {
  /// The notes as a table in the layout of the FMP notebooks, with times to a tenth of a millisecond.
  ///
  /// The label is that of the note, the name of its channel where one track has several, or that of its
  /// track, so that parts stay apart; a note ends when it is damped, since a table has no pedal.
  public func csvTable() -> String {
    var rows: [(onset: Double, text: String)] = []
    let channelLabels = channelNames.mapValues(Self.cell)
    for line in ScoreLine.all(of: self) {
      let lineLabel = Self.cell(line.name)
      rows += line.notes.map { note in
        let start = max(0, note.onsetSeconds)
        let length = max(0.001, note.dampedSeconds - start)
        let channelLabel = note.label.isEmpty ? note.channel.flatMap { channelLabels[$0] } : nil
        let label = channelLabel ?? lineLabel
        return (
          start,
          "\(Self.decimal(start));\(Self.decimal(length));\(note.pitch);\(note.velocity);\(label)\n"
        )
      }
    }
    let order = rows.indices.sorted { (rows[$0].onset, $0) < (rows[$1].onset, $1) }
    return "start;duration;pitch;velocity;label\n" + order.map { rows[$0].text }.joined()
  }

  /// A text without what ends a cell.
  private static func cell(_ text: String) -> String {
    String(text.map { ";\"\n\r\t".contains($0) ? " " : $0 })
  }

  /// Four digits behind the point.
  private static func decimal(_ value: Double) -> String {
    let units = Int((value * 10_000).rounded())
    return "\(units / 10_000)." + String(10_000 + units % 10_000).dropFirst()
  }
}
