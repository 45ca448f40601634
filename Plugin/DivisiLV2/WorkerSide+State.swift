// Thread: setup, while `run` goes on

internal import CLV2
import DivisiAlignment
import DivisiScore
internal import Glibc
import Synchronization

/// Saving and restoring, which neither stop nor delay what plays.
///
/// A state is played by a stream of its own: the one in the outputs keeps its score and its model
/// until they have cross-faded. The audio thread requests that stream when the controls have come to
/// rest, since hosts set those of a preset before or after; so both are adopted as one.
extension WorkerSide {
  /// All that is worth keeping, with what is being read.
  var state: SavedState {
    // What has been heard is worth keeping, too.
    takeSound()
    align()
    let (score, model, alignment) = preparation.withLock { preparation in
      serveInterrupted(&preparation)
      return content.withLock { ($0.score, $0.model, $0.alignment) }
    }
    var state = SavedState(isComplete: true)
    if !score.parts.isEmpty {
      state.scorePath = score.path.isEmpty ? nil : score.path
      state.digest = SavedNotes(parts: score.parts, hasPedal: score.hasPedal).text
      state.alignment = alignment?.text
    }
    if !model.path.isEmpty { state.modelPath = model.path }
    return state
  }

  /// Adopts a state that was kept.
  ///
  /// - Throws: if there is no way to the score, and then everything is as it was.
  func restore(_ state: SavedState) throws(StateError) {
    channels.flags.pointee.restoring.add(1, ordering: .acquiringAndReleasing)
    defer { channels.flags.pointee.restoring.subtract(1, ordering: .acquiringAndReleasing) }
    try preparation.withLock { (preparation) throws(StateError) in
      // It was asked for before, and would take the state's place later.
      serveInterrupted(&preparation)
      let newScore = try restoredScore(state)
      let newAlignment = try restoredAlignment(state, of: newScore)
      let newModel = restoredModel(state)
      let differs = content.withLock { content in
        var differs = newModel != nil || newScore.map { !$0.isSame(as: content.score) } == true
        if let newScore {
          adopt(newScore, in: &content)
          let isKept =
            newAlignment.map { $0.isSame(as: content.alignment) } ?? (content.alignment == nil)
          if !isKept {
            differs = true
            adopt(newAlignment, in: &content)
          }
        }
        if let newModel { content.model = newModel }
        if differs { content.awaitsStream = true }
        return differs
      }
      if let newScore { reply(.score, newScore.path) }
      if state.modelPath != nil || newModel != nil {
        reply(.modelFile, content.withLock { $0.model.path })
      }
      if differs {
        channels.flags.pointee.restoredStates.add(1, ordering: .acquiringAndReleasing)
      }
    }
  }

  /// The model of a state; nil where it stays as it is, because the state says so or its file is no
  /// good.
  private func restoredModel(_ state: SavedState) -> LoadedModel? {
    guard let path = state.modelPath else {
      return state.isComplete && content.withLock({ !$0.model.path.isEmpty }) ? LoadedModel() : nil
    }
    do throws(FileError) {
      return try readModel(path: shippedModel(path) ?? path)
    } catch {
      reportError(error.description)
      return nil
    }
  }

  /// Where a model that came with the presets is on this machine, if a state names it where it is not; else nil.
  private func shippedModel(_ path: String) -> String? {
    let presets = "/divisi-presets.lv2/"
    guard access(path, R_OK) != 0, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
      return nil
    }
    let name = path[path.index(after: slash)...]
    let here = "\(bundle)/..\(presets)\(name)"
    return path.hasSuffix(presets + name) && access(here, R_OK) == 0 ? here : nil
  }

  /// How the score of a state was aligned; nil where it was not, or was another score then.
  private func restoredAlignment(
    _ state: SavedState, of score: LoadedScore?
  ) throws(StateError) -> HeardAlignment? {
    guard let text = state.alignment, let score else { return nil }
    do throws(ScoreError) {
      let alignment = try HeardAlignment(parsing: text, partNames: layout.partNames)
      if alignment.scoreKey == score.heard.key { return alignment }
      reportNote(
        "\(score.path): the score has changed since it was aligned; it is aligned anew when it is heard"
      )
      return nil
    } catch {
      throw StateError(status: LV2_STATE_ERR_UNKNOWN, description: error.description)
    }
  }

  /// The score of a state; nil where the state says nothing about one.
  private func restoredScore(_ state: SavedState) throws(StateError) -> LoadedScore? {
    guard state.scorePath != nil || state.digest != nil else {
      return state.isComplete ? LoadedScore() : nil
    }
    let path = state.scorePath ?? ""
    do throws(FileError) {
      if !path.isEmpty || state.digest == nil { return try readScore(path: path) }
    } catch {
      reportError(error.description)
      guard state.digest != nil else {
        throw StateError(status: LV2_STATE_ERR_UNKNOWN, description: "state: there is no score")
      }
    }
    do throws(ScoreError) {
      let notes = try SavedNotes(parsing: state.digest ?? "", partNames: layout.partNames)
      let score = LoadedScore(path: path, parts: notes.parts, hasPedal: notes.hasPedal)
      if !path.isEmpty { reportNote("\(path): the notes that were saved take its place") }
      return score
    } catch {
      throw StateError(status: LV2_STATE_ERR_UNKNOWN, description: error.description)
    }
  }

  /// Says why a state is not used.
  func refuse(_ text: String) {
    reportError("\(text); left as it was")
  }
}
