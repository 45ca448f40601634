import AudioFiles
import DivisiSeparation
import FoundationEssentials
import Mosaics
import Terminal

extension Plot {
  private static let mosaicName = "mosaic"

  /// Draws what a mosaic is made of, and makes none.
  func drawMosaic() throws {
    let names = pictures.names(of: Self.mosaicName)
    try pictures.check(names, in: output, inputs: [mix] + source + (score.map { [$0] } ?? []))
    var settings = MosaicSettings()
    settings.iterations = overrides.iterations ?? settings.iterations
    settings.windowLength = overrides.windowLength ?? settings.windowLength
    settings.hopSize = overrides.hopSize ?? settings.windowLength / 2
    settings.seed = overrides.seed ?? settings.seed
    settings.restraints = sounds.restraints
    try MosaicOptions.check(settings)
    let span = from...min(to ?? .infinity, from + MosaicJob.drawnSeconds)
    let job = MosaicJob(
      target: mix, sources: source, score: score, transpositions: try sounds.transpositions(),
      settings: settings, span: span, keepsBeginning: true,
      parallel: threads(overrides.threadCount))
    let title = URL(fileURLWithPath: mix).lastPathComponent
    let made = try job.make(bar: ProgressBar(title: title)) { _, _ in { _ in } }
    guard let beginning = made.beginning else { return }
    let staged = try StagedFiles(directory: output, force: pictures.force)
    try pictures.write(
      MosaicFigure(beginning: beginning, title: title.printable).figure, named: Self.mosaicName,
      to: staged)
    try staged.commit()
    for name in names { printLines("\(output)/\(name)".printable) }
  }
}
