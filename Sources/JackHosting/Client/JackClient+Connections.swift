// Thread: setup

internal import CJack
import Synchronization

/// Connections that outlive servers.
extension JackClient {
  /// Makes the connections that are missing, and looks at what is connected if that has changed.
  package func updateConnections() {
    let count = shared.pointee.graphChangeCount.load(ordering: .acquiring)
    // A port that is there cannot be connected before its client is active, which nobody tells.
    guard count != seenChangeCount || !connections.wanted.isEmpty, !isGone else { return }
    seenChangeCount = count
    for link in connections.wanted { connect(link) }
    let now = currentLinks
    // What a server that is ending says is not to be believed.
    if !isGone { connections.update(now) }
  }

  private func connect(_ link: Link) {
    guard let port = ports[link.port], let other = jack_port_by_name(client, link.other) else {
      return
    }
    let own = jack_port_name(port)
    if jack_port_flags(other) & Int32(JackPortIsOutput.rawValue) != 0 {
      jack_connect(client, link.other, own)
    } else {
      jack_connect(client, own, link.other)
    }
  }

  private var currentLinks: Set<Link> {
    var result: Set<Link> = []
    for (index, port) in ports {
      guard let names = jack_port_get_all_connections(client, port) else { continue }
      defer { jack_free(names) }
      var place = 0
      while let name = names[place] {
        result.insert(Link(port: index, other: String(cString: name)))
        place += 1
      }
    }
    return result
  }
}
