// Thread: setup

internal import CJack
import LV2Hosting
import Synchronization

/// What a client knows of latencies, and has told.
struct KnownLatency {
  /// The plugin's, in samples.
  var plugin = 0
  /// How often the server had asked when it was answered last.
  var requestCount = 0
  /// How often ports and connections had come and gone.
  var graphChangeCount = 0
  /// How many answers may still follow at once from what has happened: an answer lets the server ask again,
  /// and where an output leads back to an input, each one is later than the one before.
  var answersLeft = 8
  var answered = ContinuousClock.now

  /// How long to wait when none is left.
  static let pause = Duration.seconds(1)
}

/// Latencies are told by the session's thread.
///
/// JACK means them to be set when it asks, in a callback; but setting one waits, in PipeWire, for a lock
/// that `jack_deactivate` holds while it waits for the callback.
extension JackClient {
  /// Tells the server if the plugin, or what is before or behind it, has become later or earlier.
  package func updateLatency() {
    guard let hosted, !isGone else { return }
    let requestCount = shared.pointee.latencyRequestCount.load(ordering: .acquiring)
    let graphChangeCount = shared.pointee.graphChangeCount.load(ordering: .acquiring)
    if hosted.latency != latency.plugin || graphChangeCount != latency.graphChangeCount {
      latency.answersLeft = KnownLatency().answersLeft
    } else if requestCount == latency.requestCount {
      return
    } else if latency.answersLeft == 0 {
      guard .now - latency.answered >= KnownLatency.pause else { return }
      latency.answersLeft = 1
    }
    latency.plugin = hosted.latency
    latency.requestCount = requestCount
    latency.graphChangeCount = graphChangeCount
    let forwards = setLatency(JackCaptureLatency, of: hosted)
    let backwards = setLatency(JackPlaybackLatency, of: hosted)
    guard forwards || backwards else { return }
    latency.answersLeft -= 1
    latency.answered = .now
    jack_recompute_total_latencies(client)
  }

  /// Sets the latencies of the ports on one side to those of the other and the plugin's.
  ///
  /// - Returns: whether one was another before.
  private func setLatency(_ mode: jack_latency_callback_mode_t, of hosted: HostedPlugin) -> Bool {
    let isCapture = mode == JackCaptureLatency
    var total = jack_latency_range_t(min: .max, max: 0)
    for port in hosted.plugin.ports(.audio, isInput: isCapture) {
      guard let jack = ports[port.index], jack_port_connected(jack) > 0 else { continue }
      var range = jack_latency_range_t()
      jack_port_get_latency_range(jack, mode, &range)
      total.min = min(total.min, range.min)
      total.max = max(total.max, range.max)
    }
    if total.min == .max { total.min = 0 }
    total.min &+= UInt32(hosted.latency)
    total.max &+= UInt32(hosted.latency)
    var isNew = false
    for port in hosted.plugin.ports where port.isInput != isCapture {
      guard let jack = ports[port.index] else { continue }
      var known = jack_latency_range_t()
      jack_port_get_latency_range(jack, mode, &known)
      guard known.min != total.min || known.max != total.max else { continue }
      jack_port_set_latency_range(jack, mode, &total)
      isNew = true
    }
    return isNew
  }
}
