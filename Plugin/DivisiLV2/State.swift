// Thread: setup

internal import CLV2

func saveState(
  handle: LV2_Handle?, store: LV2_State_Store_Function?, storeHandle: LV2_State_Handle?,
  flags: UInt32, list: UnsafePointer<UnsafePointer<LV2_Feature>?>?
) -> LV2_State_Status {
  guard let handle, let store else { return LV2_STATE_ERR_UNKNOWN }
  return instance(handle)._withUnsafeGuaranteedRef { instance in
    let features = HostFeatures(list)
    guard let urids = instance.urids(features) else { return LV2_STATE_ERR_NO_FEATURE }
    return instance.worker.state.store(store, storeHandle, urids: urids, features: features)
  }
}

func restoreState(
  handle: LV2_Handle?, retrieve: LV2_State_Retrieve_Function?, retrieveHandle: LV2_State_Handle?,
  flags: UInt32, list: UnsafePointer<UnsafePointer<LV2_Feature>?>?
) -> LV2_State_Status {
  guard let handle, let retrieve else { return LV2_STATE_ERR_UNKNOWN }
  return instance(handle)._withUnsafeGuaranteedRef { instance in
    let features = HostFeatures(list)
    guard let urids = instance.urids(features) else { return LV2_STATE_ERR_NO_FEATURE }
    do throws(StateError) {
      let state = try SavedState(retrieve, retrieveHandle, urids: urids, features: features)
      try instance.worker.restore(state)
      return LV2_STATE_SUCCESS
    } catch {
      instance.worker.refuse(error.description)
      return error.status
    }
  }
}

extension Instance {
  /// The host's numbers, from now if it had none at the start; nil if it still has none.
  fileprivate func urids(_ features: HostFeatures) -> URIDs? {
    let found = urids.score != 0 ? urids : URIDs(features.map)
    return found.score != 0 ? found : nil
  }
}

extension WorkerSide {
  /// All that is worth keeping.
  var state: SavedState {
    lock.withLock { _ in
      var state = SavedState(isComplete: true)
      if !score.parts.isEmpty {
        state.scorePath = score.path.isEmpty ? nil : score.path
        state.digest = score.digest
      }
      if !model.path.isEmpty { state.modelPath = model.path }
      return state
    }
  }

  /// Adopts a state that was kept.
  ///
  /// - Throws: if there is no way to the score, and then everything is as it was.
  func restore(_ state: SavedState) throws(StateError) {
    try lock.withLock { (_) throws(StateError) in
      let newScore = try restoredScore(state)
      if let path = state.modelPath {
        loadModel(path: path)
      } else if state.isComplete && !model.path.isEmpty {
        loadModel(path: "")
      }
      if let newScore {
        score = newScore
        publishScore()
        reply(.score, score.path)
      }
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
    do throws(FileError) {
      let score = try LoadedScore(
        digest: state.digest ?? "", path: path, partNames: layout.partNames)
      if !path.isEmpty { reportNote("\(path): the notes that were saved take its place") }
      return score
    } catch {
      throw StateError(status: LV2_STATE_ERR_UNKNOWN, description: error.description)
    }
  }

  /// Says why a state is not used.
  func refuse(_ text: String) {
    lock.withLock { _ in reportError("\(text); left as it was") }
  }
}
