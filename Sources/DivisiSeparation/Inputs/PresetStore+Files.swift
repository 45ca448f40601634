import DivisiScore
import FoundationEssentials

extension PresetStore.Choice {
  /// The files of models that are read, as ``material(modelFile:)`` and ``banks(_:)`` read them.
  package func modelPaths(_ models: ModelFiles) -> [String] {
    [PresetStore.model(models.usual) ?? preset.paths[PresetStore.modelFile]].compactMap { $0 }
      + models.own.map { PresetStore.model($0.path) ?? $0.path }
  }
}

extension ScoreOptions {
  /// The file of the drum map, where it is none of those that are known.
  package var drumMapPath: String? { DrumTable.all.contains { $0.name == drumMap } ? nil : drumMap }
}
