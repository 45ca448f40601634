// Thread: worker

import DivisiAlignment
import DivisiEngine
import DivisiScore
internal import InputFiles

/// A score as it was read; no parts where there is none.
struct LoadedScore: Sendable {
  /// Empty where there is none.
  var path = ""
  var parts: [Part] = []
  var hasPedal = false
  /// Where a recording may leave its order.
  var jumps = AlignmentOptions.Jumps.none
  /// In the time of the score as it is written; none where an alignment has moved the notes.
  var bars: [Bar] = []

  /// For an alignment.
  var heard: HeardScore { HeardScore(parts: parts, hasPedal: hasPedal, jumps: jumps) }

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
  ///
  /// - Returns: false if reading was abandoned, and then it is as if nobody had asked.
  func loadScore(path: String, _ isAbandoned: @escaping InputFile.IsAbandoned) -> Bool {
    do throws(FileError) {
      let score = try readScore(path: path, isAbandoned)
      content.withLock { adopt(score, in: &$0) }
      if !path.isEmpty { reportNote(describe(score)) }
      if let held = content.withLock(\.slotScore) {
        reportNote("Score slot is in use: \(held.path); set it to none to use another score")
      }
      publishScore()
    } catch {
      if isAbandoned() { return false }
      reportError(error.description)
    }
    reply(.score, content.withLock { $0.score.path })
    return true
  }

  /// Reads a model for the stream, which then starts anew; one that cannot be read leaves the last
  /// one in place. An empty path takes the model away.
  ///
  /// - Returns: false if reading was abandoned, and then it is as if nobody had asked.
  func loadModel(
    path: String, _ preparation: inout Preparation, _ isAbandoned: @escaping InputFile.IsAbandoned
  ) -> Bool {
    do throws(FileError) {
      let model = try readModel(path: path, isAbandoned)
      content.withLock { $0.model = model }
      rebuild(&preparation)
    } catch {
      if isAbandoned() { return false }
      reportError(error.description)
    }
    reply(.modelFile, content.withLock { $0.model.path })
    return true
  }

  /// Chooses the score of a slot; 0 for none, and then the host's choice holds again.
  ///
  /// - Returns: false if reading was abandoned, and then it is as if nobody had asked.
  func choose(
    scoreSlot: Int, _ isAbandoned: @escaping InputFile.IsAbandoned = { false }
  ) -> Bool {
    guard scoreSlot > 0 else {
      let (held, score) = content.withLock { content in
        defer { content.slotScore = nil }
        return (content.slotScore, content.score)
      }
      if held != nil {
        reportNote(score.path.isEmpty ? "no score" : describe(score))
      }
      return true
    }
    let folder = ScoreSlots.folder()
    guard let name = ScoreSlots.name(ofSlot: scoreSlot, in: folder) else {
      reportError("\(folder): expected a score whose name begins with \(scoreSlot), found none")
      return true
    }
    do throws(FileError) {
      let found = try readScore(path: "\(folder)/\(name)", isAbandoned)
      content.withLock { $0.slotScore = found }
      reportNote(describe(found))
    } catch {
      if isAbandoned() { return false }
      reportError(error.description)
    }
    return true
  }

  /// Chooses what the numbers of drums in files mean; 0 for a guess. Scores that are there are read anew.
  ///
  /// - Returns: false if reading was abandoned, and then it is as if nobody had asked.
  func choose(
    drumMap number: Int, _ isAbandoned: @escaping InputFile.IsAbandoned = { false }
  ) -> Bool {
    guard kind.isPercussive else { return true }
    let tables = DrumTable.all
    let table = tables.indices.contains(number - 1) ? tables[number - 1] : nil
    let (known, chosen, inSlot) = content.withLock { ($0.drumTable, $0.score, $0.slotScore) }
    guard table != known else { return true }
    content.withLock { $0.drumTable = table }
    do throws(FileError) {
      let newlyChosen = chosen.path.isEmpty ? chosen : try readScore(path: chosen.path, isAbandoned)
      let newlyInSlot = try inSlot.map { old throws(FileError) in
        try readScore(path: old.path, isAbandoned)
      }
      content.withLock { content in
        adopt(newlyChosen, in: &content)
        content.slotScore = newlyInSlot
      }
      let played = newlyInSlot ?? newlyChosen
      if !played.path.isEmpty { reportNote(describe(played)) }
    } catch {
      if isAbandoned() {
        content.withLock { $0.drumTable = known }
        return false
      }
      reportError(error.description)
    }
    return true
  }

  /// Reads a score, and divides it into the plugin's parts; says what did not quite fit.
  func readScore(
    path: String, _ isAbandoned: @escaping InputFile.IsAbandoned = { false }
  ) throws(FileError) -> LoadedScore {
    guard !path.isEmpty else { return LoadedScore() }
    do throws(ScoreError) {
      // A session would find a pipe empty the next time.
      let score = try Score.read(
        path: path, drumTable: content.withLock(\.drumTable), pipeSeconds: nil,
        isAbandoned: isAbandoned)
      let (parts, remark) = try layout.parts(of: score, name: path)
      for warning in score.warnings { reportNote(warning) }
      if let remark { reportNote(remark) }
      if let remainder = score.remainder(of: parts, name: path) { reportNote(remainder) }
      return LoadedScore(
        path: path, parts: parts, hasPedal: score.hasPedal, jumps: .repeats(of: score.bars),
        bars: score.bars)
    } catch {
      throw FileError(description: error.description)
    }
  }

  /// Reads a drum kit, or for pitched parts a note bank.
  func readModel(
    path: String, _ isAbandoned: InputFile.IsAbandoned = { false }
  ) throws(FileError) -> LoadedModel {
    guard !path.isEmpty else { return LoadedModel() }
    let bytes: [UInt8]
    do throws(InputFile.Failure) {
      bytes = try InputFile.read(
        path, limit: ModelFileError.largestFile, isAbandoned: isAbandoned)
    } catch {
      throw FileError(description: "\(path): \(error.problem(expecting: "a model"))")
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
