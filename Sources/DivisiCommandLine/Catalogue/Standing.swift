import Catalogues
import DivisiSeparation
import FoundationEssentials
import Terminal

/// What is there of a recording before it is separated.
struct Standing {
  /// What is to be done.
  enum Finding {
    /// Nothing: its line of JSON.
    case done(String)
    /// To separate it. Files that are there of an earlier run are its own; why it is not the first time, in words.
    case due(own: Set<String>, why: String?)
  }

  let row: RecordingRow
  /// Where it is kept what the stems were made of.
  let manifestPath: String
  /// Where it says that somebody is at it.
  let attemptPath: String
  /// What decides on the stems, by what it is.
  let inputs: [String: InputOfRecording]
  /// The hash of all options.
  let options: String
  private(set) var manifest: Manifest?
  /// What a program that is gone, or is still at it, has noted.
  let left: Attempt.Note?

  private var directory: String { row.plan.options.output }

  init(_ row: RecordingRow) throws {
    self.row = row
    manifestPath = row.manifestStem + ".json"
    attemptPath = row.manifestStem + ".started"
    let shared = try row.plan.fingerprint()
    options = shared.options
    var inputs = shared.inputs.mapValues { InputOfRecording.known($0) }
    inputs["recording"] = .file(row.mix)
    if let score = row.score { inputs["score"] = .file(score) }
    if let folder = row.references {
      // What is not there is said when true stems are read.
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      where !name.hasPrefix(".") && isFile("\(folder)/\(name)") {
        inputs["true stem \(name)"] = .file("\(folder)/\(name)")
      }
    }
    self.inputs = inputs
    manifest = try Manifest(path: manifestPath)
    left = Attempt.left(at: attemptPath)
  }

  /// Looks at what an earlier run has left.
  mutating func finding() throws -> Finding {
    let own = left?.files ?? []
    guard var manifest else { return .due(own: own, why: nil) }
    defer { self.manifest = manifest }
    let files = manifest.files.keys.map { Manifest.path($0, below: directory) }
    var isRenewed = false
    func due(_ why: String) -> Finding { .due(own: own.union(files), why: why) }
    if let change = manifest.change(
      inputs: inputs, options: options, version: Release.version, isRenewed: &isRenewed)
    {
      return due("\(change) is another one")
    }
    if let path = manifest.damage(below: directory, isRenewed: &isRenewed) {
      return due("\(path) is not as it was written")
    }
    if isRenewed { try manifest.write(to: manifestPath) }
    if left != nil { Attempt.clear(attemptPath) }
    return .done(manifest.result)
  }

  /// All inputs as they are now.
  func stamps() throws -> [String: FileStamp] {
    try inputs.mapValues {
      switch $0 {
      case .file(let path): try FileStamp(path: path)
      case .known(let stamp): stamp
      }
    }
  }

  /// The hash of inputs and options.
  func key(_ stamps: [String: FileStamp]) -> String {
    let inputs = stamps.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.xxh128)" }
    return FileStamp.hash(of: (inputs + [options, Release.version]).joined(separator: "\n"))
  }

  /// Removes what the stems before had in the output folder and these have not, unless somebody has changed it.
  ///
  /// - Parameter files: what was written now.
  func removeSuperseded(by files: Set<String>) {
    let old = manifest?.files.map { (Manifest.path($0.key, below: directory), $0.value) } ?? []
    let listed = Set(old.map(\.0))
    let superseded =
      old.filter { $0.1.isUntouched(at: $0.0) }.map(\.0)
      + (left?.files.filter { !listed.contains($0) && isFile($0) } ?? [])
    for path in superseded where !files.contains(path) && path.hasPrefix(directory + "/") {
      guard !path.dropFirst(directory.count).split(separator: "/").contains("..") else { continue }
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  /// Those of some files that are there, and of which the manifest knows nothing.
  func unkept(_ files: Set<String>) -> Set<String> {
    let kept = (try? Manifest(path: manifestPath))?.files.keys
      .map { Manifest.path($0, below: directory) }
    return files.subtracting(kept ?? []).filter(isFile)
  }

  /// Keeps what was made of it.
  ///
  /// - Parameter result: its line of JSON.
  func keep(_ stamps: [String: FileStamp], files: [String], result: String) throws {
    var written: [String: FileStamp] = [:]
    for path in files where isFile(path) {
      written[Manifest.name(path, below: directory)] = try FileStamp(path: path)
    }
    try Manifest(
      inputs: stamps, options: options, version: Release.version, files: written, result: result
    ).write(to: manifestPath)
  }
}

private func isFile(_ path: String) -> Bool {
  var isFolder = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
}
