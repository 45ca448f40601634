import AudioFiles
import DivisiSeparation

extension SeparationJob {
  /// Where the score of a recording is written.
  func scorePaths(mix: String) -> [String] { scoreOutput.map { [expand($0, for: mix)] } ?? [] }

  /// Writes the score aside, so that it fails before the stems appear.
  func stageScore(of source: SeparationSource) throws -> StagedFiles? {
    guard let path = scorePaths(mix: source.mix).first else { return nil }
    let staged = StagedFiles(force: replaces)
    try staged.write(bytes: Array(PlacedScore(source).json.utf8), name: path)
    return staged
  }

  /// Whether files may be replaced once they have been checked.
  var replaces: Bool { writing.force || !ownFiles.isEmpty }
}
