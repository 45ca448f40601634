// Thread: worker

import DivisiEngine
import DivisiScore
internal import Glibc

/// A score as it was read; no parts where there is none.
struct LoadedScore: Sendable {
  /// Empty where there is none.
  var path = ""
  var parts: [Part] = []
  var hasPedal = false

  /// Whether another says the same to a stream, be it read from a file or from saved notes.
  func isSame(as other: LoadedScore) -> Bool {
    path == other.path && hasPedal == other.hasPedal
      && parts.elementsEqual(other.parts) { one, other in
        one.name == other.name
          && one.notes.elementsEqual(other.notes) { one, other in
            one.onsetSeconds == other.onsetSeconds && one.releaseSeconds == other.releaseSeconds
              && one.dampedSeconds == other.dampedSeconds && one.pitch == other.pitch
              && one.velocity == other.velocity
          }
      }
  }
}

/// A model as it was read.
struct LoadedModel: Sendable {
  /// Empty where there is none.
  var path = ""
  var kit: DrumKit?
  var bank: NoteBank?
}

/// A file that could not be used, in one line.
struct FileError: Error {
  let description: String
}

extension WorkerSide {
  /// Reads a score for the stream; one that cannot be read leaves the last one in place. An empty
  /// path takes the score away.
  func loadScore(path: String) {
    do throws(FileError) {
      let score = try readScore(path: path)
      content.withLock { $0.score = score }
      if !path.isEmpty { reportNote(describe(score)) }
      publishScore()
    } catch {
      reportError(error.description)
    }
    reply(.score, content.withLock { $0.score.path })
  }

  /// Reads a model for the stream, which then starts anew; one that cannot be read leaves the last
  /// one in place. An empty path takes the model away.
  func loadModel(path: String, _ preparation: inout Preparation) {
    do throws(FileError) {
      let model = try readModel(path: path)
      content.withLock { $0.model = model }
      rebuild(&preparation)
    } catch {
      reportError(error.description)
    }
    reply(.modelFile, content.withLock { $0.model.path })
  }

  /// Chooses the score of a slot; 0 for none, and then the host's choice holds again.
  func choose(scoreSlot: Int) {
    guard scoreSlot > 0 else {
      content.withLock { $0.slotScore = nil }
      return
    }
    let folder = ScoreSlots.folder()
    guard let name = ScoreSlots.name(ofSlot: scoreSlot, in: folder) else {
      reportError("\(folder): expected a score whose name begins with \(scoreSlot), found none")
      return
    }
    do throws(FileError) {
      let found = try readScore(path: "\(folder)/\(name)")
      content.withLock { $0.slotScore = found }
      reportNote(describe(found))
    } catch {
      reportError(error.description)
    }
  }

  /// Reads a score, and divides it into the plugin's parts; says what did not quite fit.
  func readScore(path: String) throws(FileError) -> LoadedScore {
    guard !path.isEmpty else { return LoadedScore() }
    try checkFile(path)
    do throws(ScoreError) {
      let score = try Score.read(path: path)
      let (parts, remark) = try layout.parts(of: score, name: path)
      for warning in score.warnings { reportNote(warning) }
      if let remark { reportNote(remark) }
      if let remainder = score.remainder(of: parts, name: path) { reportNote(remainder) }
      return LoadedScore(path: path, parts: parts, hasPedal: score.hasPedal)
    } catch {
      throw FileError(description: error.description)
    }
  }

  /// Reads a drum kit, or for pitched parts a note bank.
  func readModel(path: String) throws(FileError) -> LoadedModel {
    guard !path.isEmpty else { return LoadedModel() }
    try checkFile(path)
    guard let bytes = readFile(path) else {
      throw FileError(
        description: "\(path): expected a model; \(String(cString: strerror(errno)))")
    }
    do throws(ModelFileError) {
      return layout.isPercussive
        ? LoadedModel(path: path, kit: try DrumKit(decoding: bytes, path: path))
        : LoadedModel(path: path, bank: try NoteBank(decoding: bytes, path: path))
    } catch {
      throw FileError(description: "\(error)")
    }
  }

  private func describe(_ score: LoadedScore) -> String {
    let counts = score.parts.map { "\($0.name) \($0.notes.count)" }.joined(separator: ", ")
    return "\(score.path): notes: \(counts)"
  }
}

/// Refuses what would never end, such as a pipe.
private func checkFile(_ path: String) throws(FileError) {
  var status = stat()
  guard stat(path, &status) == 0 else {
    throw FileError(description: "\(path): expected a file; \(String(cString: strerror(errno)))")
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw FileError(description: "\(path): expected a file; it is none")
  }
}

/// The bytes of a file of at most 64 MiB; nil, with `errno`, where it cannot be read.
private func readFile(_ path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 && errno == EINTR { continue }
    if count < 0 { return nil }
    if count == 0 { return result }
    guard result.count + count <= 64 << 20 else {
      errno = EFBIG
      return nil
    }
    result += chunk[..<count]
  }
}
