// Thread: setup

import JackHosting
import Glibc
import LV2Hosting
import Terminal

/// What goes on beside the sound: commands, messages, the server's doings.
///
/// Everything that is not the audio thread's or the worker's happens here, on one thread; each way
/// of control is a `Surface`.
final class Session {
  var hosted: HostedPlugin
  /// The server's client; nil as long as there is no server.
  var client: JackClient?
  /// What was there when the last server went.
  var absence: Absence?
  let controllers: ControlMap
  /// Whether the client's name must be the one that was asked for.
  var isExact = false
  /// Whether the plugin rests until the transport rolls.
  var waits = false
  let strips: [Strip]
  /// Where states are kept if nobody says where.
  var folder: String?
  var surfaces: [any Surface] = []
  /// The preset that was asked for last; nil before.
  var preset: String?
  let scores = ScoreChoice()
  /// How often something was changed that a state keeps.
  var changeCount = 0
  /// How often something had been changed when the state was kept in `folder`.
  private var savedCount = 0
  /// Whether `folder` lacks something.
  var isDirty: Bool { changeCount != savedCount }
  /// The values of properties that the plugin has told, by URI.
  private(set) var properties: [String: String] = [:]
  /// Whether somebody has asked for the end.
  var isOver = false
  /// Whether JACK does not answer any more, which ends the session too.
  var isStuck = false

  /// How often surfaces show what is new, per second.
  static let rate = 20

  init(client: JackClient, hosted: HostedPlugin, controllers: ControlMap, folder: String?) {
    self.client = client
    self.hosted = hosted
    self.controllers = controllers
    self.folder = folder
    strips = Strip.all(of: hosted.plugin)
  }

  /// Serves until somebody has had enough.
  func run() {
    defer {
      scores.dismiss()
      for surface in surfaces { surface.close() }
    }
    let interval = Duration.seconds(1) / Self.rate
    var next = ContinuousClock.now + interval
    try? hosted.askForProperties()
    while !isOver && !isStuck && !Stop.isWanted {
      wait(until: next)
      guard ContinuousClock.now >= next else { continue }
      next = max(next + interval, .now)
      listen()
      listenToControllers()
      updateServer()
      for surface in surfaces { surface.update(self) }
    }
  }

  /// Serves each surface that has something to do, or waits until one has, or until a time.
  private func wait(until time: ContinuousClock.Instant) {
    let left = ContinuousClock.now.duration(to: time)
    let milliseconds = left.components.attoseconds / 1_000_000_000_000_000 + 1
    var sources = surfaces.map {
      pollfd(fd: $0.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
    }
    let waits = left > .zero && !surfaces.contains { $0.hasWork }
    poll(&sources, nfds_t(sources.count), waits ? Int32(milliseconds) : 0)
    for (surface, source) in zip(surfaces, sources) where source.revents != 0 || surface.hasWork {
      surface.serve(self)
      if isOver { return }
    }
  }

  /// Takes what the plugin has told.
  private func listen() {
    let urids = hosted.plugin.world.urids
    var values: [String] = []
    while let found = hosted.outgoing.view.first {
      let message = AtomMessage(
        type: found.kind,
        body: Array(UnsafeRawBufferPointer(start: found.bytes, count: found.count)))
      hosted.outgoing.view.removeFirst()
      for (uri, value) in message.patchedValues(urids) {
        let text = value.valueText(urids)
        properties[uri] = text
        if let text { values.append(text) }
      }
    }
    let messages = hosted.log.take()
    for message in messages { log(message.text) }
    scores.judge(
      values: values, errors: messages.filter { $0.kind.hasSuffix("#Error") }.map(\.text),
      isWaiting: isWaiting)
  }

  /// Notes that `folder` lacks nothing.
  func noteSaved() { savedCount = changeCount }

  /// Says something that nobody has asked for, where a person reads it.
  func log(_ text: String) {
    let text = text.printable
    for surface in surfaces { surface.log(text) }
    // A prompt shows it beside what is being typed.
    if !surfaces.contains(where: { $0 is Prompt }) {
      put(text + "\n", to: STDERR_FILENO)
    }
  }
}
