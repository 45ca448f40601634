// Thread: audio

/// A control that the worker serves, a whole number: told whenever it has changed.
struct WorkerControl {
  /// −1 where the plugin has none, and then it is 0.
  let port: Int
  let subject: TextRing.Subject
  /// What the worker has been told.
  var sent = 0

  init(_ port: Int, _ subject: TextRing.Subject) {
    self.port = port
    self.subject = subject
  }

  /// What the host has set.
  @_noLocks
  func value(_ ports: borrowing ControlPorts) -> Int { port < 0 ? 0 : Int(ports.value(port)) }

  /// - Returns: whether there is something new for the worker.
  @_noLocks
  mutating func tell(_ ports: borrowing ControlPorts, _ requests: TextRing) -> Bool {
    let value = value(ports)
    guard value != sent, requests.write(subject, number: value) else { return false }
    sent = value
    return true
  }
}
