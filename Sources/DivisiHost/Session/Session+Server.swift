// Thread: setup

import JackHosting
import LV2Hosting

/// What a session keeps while there is no server.
struct Absence {
  /// What the client was called.
  let name: String
  let connections: Set<Link>
  /// What the earlier servers counted.
  let xrunCount: Int, lostCount: Int
  var nextTry: ContinuousClock.Instant
  /// Why the server that is there cannot be played with; nil if there is none.
  var problem: String?

  /// How long to wait between two tries.
  static let pause = Duration.milliseconds(500)
}

/// Servers come and go; the plugin stays.
extension Session {
  /// Does what there is to do about the server: follows what happens there, or waits for one.
  func updateServer() {
    if let client {
      if client.isGone { leave(client) } else { follow(client) }
    } else {
      hosted.idle()
      if let absence, .now >= absence.nextTry { rejoin(absence) }
    }
  }

  private func follow(_ client: JackClient) {
    client.updateLatency()
    client.updateConnections()
  }

  private func leave(_ gone: JackClient) {
    absence = Absence(
      name: gone.name, connections: gone.connections.remembered(), xrunCount: xrunCount,
      lostCount: lostCount, nextTry: .now + Absence.pause)
    gone.close()
    if gone.isStuck { log("JACK does not let go of the server that has gone") }
    client = nil
    hosted.disconnectSound()
    log("the JACK server has gone; waiting for one")
  }

  private func rejoin(_ absence: Absence) {
    self.absence?.nextTry = .now + Absence.pause
    let found: JackClient
    do {
      // Never starts one.
      found = try JackClient(name: absence.name, isExact: isExact, startsServer: false, tries: 1)
    } catch is JackClient.NoAnswer {
      isStuck = true
      return
    } catch {
      // There is none, or it is just beginning.
      return
    }
    do {
      if found.sampleRate != hosted.instance.sampleRate {
        hosted = try hosted.copy(sampleRate: found.sampleRate)
      }
      found.connections = Connections(wanted: absence.connections)
      try found.activate(hosted, controllers, waits: waits)
    } catch {
      found.close()
      hosted.disconnectSound()
      let problem = "\(error)"
      if problem != absence.problem { log(problem) }
      self.absence?.problem = problem
      return
    }
    client = found
    follow(found)
    log("the JACK server is back; \(hosted.plugin.name) plays as \(found.name)")
  }

  /// What the server calls the client, or did.
  var clientName: String { client?.name ?? absence?.name ?? "" }
  /// Times that servers were late.
  var xrunCount: Int { (absence?.xrunCount ?? 0) + (client?.xrunCount ?? 0) }
  /// Events that found no room.
  var lostCount: Int { (absence?.lostCount ?? 0) + (client?.lostCount ?? 0) }
}
