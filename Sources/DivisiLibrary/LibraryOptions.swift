import ArgumentParser
import DivisiControls
import DivisiSeparation

/// The options of the command line that decide how a recording is separated or aligned.
struct LibraryOptions: ParsableArguments {
  @Option var preset = "hands"
  @Option var modelFile: [String] = []
  @Flag var partial = false
  @Flag var rest = false
  @Flag var stream = false
  @Flag var residual = false
  @Flag var drums = false
  @OptionGroup var scoring: ScoreOptions
  @OptionGroup var placing: PlacementOptions
  @OptionGroup var correcting: CorrectionOptions
  @OptionGroup var overrides: Overrides
  @OptionGroup var gradients: GradientOptions

  func validate() throws {
    _ = try scoring.selection()
    try overrides.check(isStreamed: stream)
  }
}
