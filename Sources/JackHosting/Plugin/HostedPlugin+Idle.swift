// Thread: setup

import DivisiRealtime
import LV2Hosting

/// A plugin that nobody plays: there is no server.
extension HostedPlugin {
  /// Does what a block does, but for sound: the plugin takes messages and its worker's answers.
  package func idle() {
    if let port = controlPort, let events = instance.events(port.index) {
      while let message = incoming.view.first {
        events.append(at: 0, type: message.kind, body: message.bytes, count: message.count)
        incoming.view.removeFirst()
      }
    }
    instance.run(0)
    guard let port = notifyPort, let events = instance.events(port.index) else { return }
    for (_, message) in events.messages {
      _ = message.body.withUnsafeBytes {
        outgoing.view.write(message.type, $0.baseAddress, count: $0.count)
      }
    }
  }

  /// An instance for another sample rate, in the same state; this one must be idle.
  ///
  /// - Throws: if the plugin refuses the rate.
  package func copy(sampleRate: Double) throws -> HostedPlugin {
    // What has been asked for is done before.
    idle()
    instance.joinWorker()
    idle()
    let copy = try HostedPlugin(plugin, sampleRate: sampleRate, worker: .asynchronous)
    try copy.restore(State(of: instance))
    try copy.start(score: nil)
    return copy
  }
}
