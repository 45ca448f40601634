// Thread: setup

internal import CJack
import Glibc
package import LV2Hosting
import Terminal

/// Names and connections.
extension JackClient {
  private static let order = "http://jackaudio.org/metadata/order"
  private static let prettyName = "http://jackaudio.org/metadata/pretty-name"
  private static let integer = "http://www.w3.org/2001/XMLSchema#int"

  /// Tells other clients what the plugin calls its ports, and in what order it has them. It is taken back at the
  /// end: the server would keep it for whatever port comes next.
  func describePorts(_ plugin: Plugin) {
    for port in plugin.ports {
      guard let jack = ports[port.index] else { continue }
      let uuid = jack_port_uuid(jack)
      jack_set_property(client, uuid, Self.prettyName, port.name, "text/plain")
      jack_set_property(client, uuid, Self.order, "\(port.index)", Self.integer)
    }
    if let jack = ports[Self.controlIndex] {
      jack_set_property(
        client, jack_port_uuid(jack), Self.prettyName, "MIDI controllers", "text/plain")
    }
  }

  /// Makes the connections that were asked for.
  package func connect(_ wishes: [Connection], of plugin: Plugin) throws {
    for wish in wishes {
      let port: Port?
      switch wish.place {
      case .input(let place): port = plugin.ports(.audio, isInput: true).dropFirst(place).first
      case .output(let place): port = plugin.ports(.audio, isInput: false).dropFirst(place).first
      case .symbol(let symbol): port = plugin.port(symbol)
      }
      guard let port, let jack = ports[port.index] else {
        throw Failure("\(wish.text): expected a port of \(plugin.name); found none")
      }
      let own = String(cString: jack_port_name(jack))
      let status =
        port.isInput ? jack_connect(client, wish.other, own) : jack_connect(client, own, wish.other)
      guard status == 0 || status == EEXIST else {
        throw Failure("\(wish.other): expected a port that \(own) can be connected to; it cannot")
      }
    }
  }

  /// Connects what should be heard to the loudspeakers, as far as there are some.
  package func connectToSpeakers(_ plugin: Plugin) {
    let flags = UInt(JackPortIsPhysical.rawValue | JackPortIsInput.rawValue)
    guard let names = jack_get_ports(client, nil, JACK_DEFAULT_AUDIO_TYPE, flags) else { return }
    defer { jack_free(names) }
    var place = 0
    for port in plugin.mainOutputs {
      guard let jack = ports[port.index], let speaker = names[place] else { return }
      jack_connect(client, jack_port_name(jack), speaker)
      place += 1
    }
  }
}

/// Lets other threads go on.
func waitBriefly() { usleep(100) }
