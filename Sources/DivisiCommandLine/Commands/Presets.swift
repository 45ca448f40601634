import ArgumentParser
import DivisiSeparation
import LV2Presets
import Terminal

/// `divisi presets`.
struct Presets: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the presets, with a line about each.")

  func run() throws {
    let presets = try reporting { try PresetLibrary(bundle: PresetStore.bundle()).presets }
    let width = presets.map(\.name.count).max() ?? 0
    for preset in presets {
      printLines(preset.name.padding(to: width) + "  " + preset.comment)
    }
  }
}
