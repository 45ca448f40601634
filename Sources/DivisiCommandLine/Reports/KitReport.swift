import DivisiSeparation
import DrumKits
import Terminal

/// What a kit has, for a person.
struct KitReport {
  let kit: SampleKit
  let strokes: [CutStroke]
  let mix: String
  let written: [String]

  /// A line on the recording, one per drum, and the files.
  var text: String {
    let width = kit.instruments.map(\.name.count).max() ?? 0
    var lines = [
      "\(mix.printable): \(counted(strokes.count, "stroke")), \(counted(kit.sampleCount, "sample"))"
    ]
    for instrument in kit.instruments {
      let own = strokes.filter { $0.articulation == instrument.articulation }
      let samples = instrument.layers.flatMap(\.samples)
      let longest = samples.map(\.sampleCount).max() ?? 0
      let velocities = samples.map(\.velocity)
      let share = own.reduce(0) { $0 + $1.share } / Double(max(own.count, 1))
      lines.append(
        "  \(instrument.name.padding(to: width))  \(counted(own.count, "stroke", width: 4)), "
          + "\(counted(samples.count, "sample")) at velocities \(fixed(velocities.min() ?? 0, digits: 0)) to \(fixed(velocities.max() ?? 0, digits: 0)), "
          + "up to \(fixed(Double(longest) / Double(kit.sampleRate), digits: 2)) s, \(fixed(100 * share, digits: 0)) % of the mixture"
      )
    }
    return (lines + written.map { "  \($0.printable)" }).joined(separator: "\n")
  }

  private func counted(_ count: Int, _ word: String, width: Int = 0) -> String {
    "\(fixed(Double(count), digits: 0, width: width)) \(word)\(count == 1 ? "" : "s")"
  }
}
