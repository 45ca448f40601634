import ArgumentParser
import DrumKits

/// How many samples a kit gets.
struct KitSizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Layers of velocity of a drum, at most, 1 to \(KitSizeOptions.most).", valueName: "n"))
  var layers = 4

  @Option(
    help: ArgumentHelp(
      "Samples of a layer that take turns, at most, 1 to \(KitSizeOptions.most).", valueName: "n"))
  var roundRobin = 2

  /// What samplers have room for: Hydrogen has 16 layers for both.
  private static let most = 16

  var size: SampleKit.Size { SampleKit.Size(layers: layers, turns: roundRobin) }

  func validate() throws {
    for (name, value) in [("--layers", layers), ("--round-robin", roundRobin)]
    where !(1...Self.most).contains(value) {
      throw ValidationError("\(name): expected 1 to \(Self.most), found \(value)")
    }
  }
}
