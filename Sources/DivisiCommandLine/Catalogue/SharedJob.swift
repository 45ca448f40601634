import Catalogues
import DivisiDSP
import DivisiSeparation
import Terminal

/// What recordings with the same options share: it is made once for all of them.
final class SharedJob {
  let options: SeparationOptions
  private let pools: ThreadPools
  private var madeJob: SeparationJob?
  private var stamps: (inputs: [String: FileStamp], options: String)?

  init(_ options: SeparationOptions, threads pools: ThreadPools = ThreadPools()) {
    self.options = options
    self.pools = pools
  }

  /// Reads the preset and the models the first time, and says what is doubtful of the settings.
  func job() throws -> SeparationJob {
    if let madeJob { return madeJob }
    let job = try options.job(parallel: pools.threads(options.overrides.threadCount))
    for remark in job.plan.remarks { printError(remark) }
    madeJob = job
    return job
  }

  /// What decides on the stems, besides the recording and its score: files, and the hash of all options.
  func fingerprint() throws -> (inputs: [String: FileStamp], options: String) {
    if let stamps { return stamps }
    let job = try job()
    var inputs = ["preset": try FileStamp(path: job.plan.choice.preset.path)]
    // Files of one name may lie in several folders.
    let models = job.plan.choice.modelPaths(try ModelFiles(options.modelFile))
    for (kind, paths) in [("model", models), ("source", options.sourcePaths)] {
      for (index, path) in paths.enumerated() {
        let name = path.split(separator: "/").last ?? ""
        inputs["\(kind) \(index + 1), \(name)"] = try FileStamp(path: path)
      }
    }
    if let path = options.scoring.drumMapPath { inputs["drum map"] = try FileStamp(path: path) }
    let result = (inputs, FileStamp.hash(of: decidingOptions))
    stamps = result
    return result
  }

  /// All options but those that say where something is, and how fast and with how many words it is made: so none
  /// that is added later is forgotten.
  private var decidingOptions: String {
    var options = options
    options.score = nil
    options.references = nil
    options.output = ""
    options.progress = false
    options.overrides.threads = nil
    options.writing.force = false
    options.writing.json = false
    return "\(options)"
  }
}

/// Threads that plans share.
final class ThreadPools {
  private var pools: [Int: Parallel] = [:]

  /// As many as are asked for.
  func threads(_ count: Int) -> Parallel {
    if let pool = pools[count] { return pool }
    let pool = DivisiSeparation.threads(count)
    pools[count] = pool
    return pool
  }
}
