import DivisiEngine
import Plotting

/// The vertical axis of activations: pitches, semitone by semitone, or drums, one after another.
struct FactorRows {
  let isPitched: Bool
  let count: Int
  /// The value of the first row on the axis.
  let first: Double
  let axis: Axis
  private let rowOfComponent: [Int]
  private let rowOfArticulation: [Int: Int]

  init(_ factors: Factorisation) {
    let components = factors.components
    isPitched = components.contains { $0.role != .stroke }
    if isPitched {
      let pitches = components.map(\.pitch)
      let (lowest, highest) = (pitches.min() ?? 60, pitches.max() ?? 60)
      count = highest - lowest + 1
      first = Double(lowest)
      rowOfComponent = pitches.map { $0 - lowest }
      rowOfArticulation = [:]
      let isNarrow = highest - lowest < 30
      let named = (lowest...highest).filter {
        $0 % 12 == 0 || (isNarrow && [4, 7].contains($0 % 12))
      }
      axis = Axis(
        "Pitch", range: first - 0.5...Double(highest) + 0.5,
        ticks: named.map { .init(Double($0), Factorisation.Component.name(ofPitch: $0)) })
    } else {
      count = max(components.count, 1)
      first = 0
      rowOfComponent = Array(components.indices)
      rowOfArticulation = Dictionary(
        uniqueKeysWithValues: components.enumerated().map { ($1.pitch, $0) })
      axis = Axis(
        "", range: -0.5...Double(count) - 0.5,
        ticks: components.enumerated().map { .init(Double($0), $1.name) })
    }
  }

  /// Of a panel, in points.
  var height: Double { min(max(Double(count) * (isPitched ? 5 : 34), 90), 300) }

  func row(ofComponent component: Int) -> Int { rowOfComponent[component] }

  /// Where a note lies on the axis.
  func row(ofPitch pitch: Int) -> Double? {
    isPitched
      ? Double(pitch) : rowOfArticulation[DrumKit.articulation(ofPitch: pitch)].map(Double.init)
  }
}
