// Thread: worker

internal import CLV2

/// Does whatever the audio thread has requested; results reach it through the stream and the
/// channels, not as responses.
func work(
  handle: LV2_Handle?, respond: LV2_Worker_Respond_Function?, respondHandle: LV2_Handle?,
  size: UInt32, data: UnsafeRawPointer?
) -> LV2_Worker_Status {
  guard let handle else { return LV2_WORKER_ERR_UNKNOWN }
  instance(handle)._withUnsafeGuaranteedRef { $0.work() }
  return LV2_WORKER_SUCCESS
}

/// Some hosts call it although nothing was sent.
func workResponse(handle: LV2_Handle?, size: UInt32, body: UnsafeRawPointer?) -> LV2_Worker_Status {
  LV2_WORKER_SUCCESS
}
