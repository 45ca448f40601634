// Thread: setup, and audio in `run`

internal import CLV2

/// One instance of a plugin: what the calls of a host lead to.
class PluginInstance: @unchecked Sendable {
  let urids: URIDs

  init(urids: URIDs) { self.urids = urids }

  /// Connects a port, or none if data is nil.
  func connect(port: Int, to data: UnsafeMutableRawPointer?) {}

  /// Starts anew, with what the controls say now.
  func activate() {}

  /// Ends what `activate` began.
  func deactivate() {}

  /// - Thread: audio.
  func run(sampleCount: Int) {}

  /// Does all that the audio thread has requested.
  ///
  /// - Thread: worker.
  func work() {}

  /// Has the host keep everything.
  func save(_ writer: StateWriter) -> LV2_State_Status { LV2_STATE_SUCCESS }

  /// Adopts what was kept, or leaves everything as it was.
  func restore(_ reader: StateReader) throws(StateError) {}
}
