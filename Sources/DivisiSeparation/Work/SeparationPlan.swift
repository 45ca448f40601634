package import DivisiControls
package import DivisiDSP
package import DivisiEngine
package import DivisiScore
import Terminal

/// How recordings are separated, whatever they are: a preset, and what options change of it.
package struct SeparationPlan {
  package let choice: PresetStore.Choice
  package let settings: StreamSettings
  package let material: Material
  /// What pitched templates start from, for all and by part.
  package let banks: PartBanks
  /// Sounds that are known without a score; with one, they stand for what is not of it.
  package let sources: [TrainedSource]
  /// How scores become parts.
  package let selection: PartSelection
  /// Whether to separate as the plugin does.
  package let isStreamed: Bool
  /// Spreads the fit over threads.
  package let parallel: Parallel

  /// What the options of a separation say besides those that are grouped.
  package struct Request {
    package let preset: String
    package let modelFiles: [String]
    /// Files of trained sources.
    package let sources: [String]
    /// Whether what is no drum is asked for as a part.
    package let withRest: Bool
    package let isStreamed: Bool
    /// Whether there is no score.
    package let isScoreless: Bool
    /// Values that stand in for the preset's.
    package let settings: [(Setting, Double)]

    package init(
      preset: String, modelFiles: [String], sources: [String] = [], withRest: Bool,
      isStreamed: Bool, isScoreless: Bool,
      settings: [(Setting, Double)] = []
    ) {
      self.preset = preset
      self.modelFiles = modelFiles
      self.sources = sources
      self.withRest = withRest
      self.isStreamed = isStreamed
      self.isScoreless = isScoreless
      self.settings = settings
    }
  }

  /// Reads the preset and the files that it or the options name.
  ///
  /// - Parameter parallel: spreads the work over threads; nil for as many as the options say.
  /// - Throws: one line, or `ArgumentParser`'s error for wrong usage.
  package init(
    _ request: Request, scoring: ScoreOptions, overrides: Overrides, gradients: GradientOptions,
    parallel: Parallel? = nil
  ) throws {
    let choice = try PresetStore.choose(request.preset)
    let sources = try PresetStore.sources(request.sources)
    let usual = try asUsage { () throws(SettingsError) in
      var settings =
        request.isScoreless ? sources.settings ?? choice.settings : choice.settings
      for (setting, value) in request.settings { try settings.set(setting, to: value) }
      return settings
    }
    var settings = try gradients.applied(to: overrides.applied(to: usual))
    settings.separation.isScoreless = request.isScoreless
    if !sources.isEmpty, !request.isScoreless {
      try settings.separation.makeRoom(preset: request.preset)
    }
    let models = try ModelFiles(request.modelFiles)
    let material = try choice.material(modelFile: models.usual)
    if request.withRest { settings.separation.hasRest = true }
    guard !settings.separation.hasRest || material.isOfDrums else {
      throw Failure("--rest: expected a preset of drums, found '\(choice.preset.name)'")
    }
    self.choice = choice
    self.settings = settings
    self.material = material
    banks = try choice.banks(models)
    self.sources = sources
    selection = try scoring.selection() ?? choice.selection
    isStreamed = request.isStreamed
    self.parallel = parallel ?? threads(overrides.threadCount)
  }

  /// Separates a section.
  var separator: Separator {
    var separator = Separator(
      settings: settings.separation, material: material, parallel: parallel)
    separator.sources = sources
    return separator
  }

  /// The kit whose drums are found without a score.
  ///
  /// - Throws: one line where there is none.
  package func kitWithoutScore() throws -> DrumKit {
    guard case .drums(let kit) = material, !kit.patches.isEmpty else {
      throw Failure("--score: expected a score; only drums with a kit are separated without one")
    }
    return kit
  }

  /// What of the model that is asked for cannot be had, in lines.
  package var remarks: [String] {
    var lines: [String] = []
    if isStreamed, let text = settings.separation.model.streamWarning { lines.append(text) }
    if isStreamed, settings.separation.followsPitches {
      lines.append(
        "preset '\(choice.preset.name)': a stream cannot follow pitches; it has the templates of this preset alone"
      )
    }
    if settings.separation.model == .wae, case .pitched = material {
      lines.append(
        "model wae: waveforms repeat in drum recordings only; the result is that of model cae")
    }
    return lines
  }
}
