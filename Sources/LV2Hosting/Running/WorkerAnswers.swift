// Thread: audio

internal import CLilv
internal import DivisiRealtime

/// What a plugin's worker has answered, and how the plugin hears of it.
///
/// Owns nothing: the ring is the worker's.
struct WorkerAnswers {
  let ring: MessageRing.View
  var handle: LV2_Handle?
  var interface: UnsafePointer<LV2_Worker_Interface>?

  /// Hands all answers to the plugin.
  @_noLocks
  func deliver() {
    guard let interface else { return }
    respond()
    host_end_run(interface, handle)
  }

  /// The same without the end of a `run`.
  @_noLocks
  func respond() {
    guard let interface else { return }
    while let answer = ring.first {
      host_work_response(
        interface, handle, UInt32(truncatingIfNeeded: answer.count), answer.bytes)
      ring.removeFirst()
    }
  }
}
