// Thread: setup

internal import CLV2

func saveState(
  handle: LV2_Handle?, store: LV2_State_Store_Function?, storeHandle: LV2_State_Handle?,
  flags: UInt32, features: UnsafePointer<UnsafePointer<LV2_Feature>?>?
) -> LV2_State_Status {
  LV2_STATE_ERR_NO_FEATURE
}

func restoreState(
  handle: LV2_Handle?, retrieve: LV2_State_Retrieve_Function?, retrieveHandle: LV2_State_Handle?,
  flags: UInt32, features: UnsafePointer<UnsafePointer<LV2_Feature>?>?
) -> LV2_State_Status {
  LV2_STATE_ERR_NO_FEATURE
}
