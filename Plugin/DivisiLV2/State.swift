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
    return instance.save(
      StateWriter(store: store, handle: storeHandle, urids: urids, features: features))
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
      try instance.restore(
        StateReader(retrieve: retrieve, handle: retrieveHandle, urids: urids, features: features))
      return LV2_STATE_SUCCESS
    } catch {
      return error.status
    }
  }
}

extension PluginInstance {
  /// The host's numbers, from now if it had none at the start; nil if it still has none.
  fileprivate func urids(_ features: HostFeatures) -> URIDs? {
    let found = urids.score != 0 ? urids : URIDs(features.map)
    return found.score != 0 ? found : nil
  }
}
