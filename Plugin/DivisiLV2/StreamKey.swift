// Thread: worker

import DivisiControls
import DivisiEngine

/// What a stream is built for, as the control ports say it.
struct StreamKey {
  /// By the place in ``Setting/withPort``.
  let values: [Float]
  let channelCount: Int

  /// - Parameter start: as many values as there are in ``Setting/withPort``.
  init(_ start: UnsafeRawPointer, channelCount: Int) {
    values = Setting.withPort.indices.map {
      start.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
    }
    self.channelCount = channelCount
  }

  /// The settings that the values mean.
  ///
  /// - Throws: where the engine finds a value or a combination of them out of range.
  func settings() throws(SettingsError) -> StreamSettings {
    var ports: [String: Double] = [:]
    for (setting, value) in zip(Setting.withPort, values) {
      // What a float cannot hold exactly should still be what a preset says.
      let exact = (Double(value) * 10_000).rounded() / 10_000
      ports[setting.rawValue] = setting.control.nearest(to: exact)
    }
    return try StreamSettings(ports: ports)
  }
}

extension PluginKind {
  /// How the engine divides a score for this plugin.
  var layout: StreamLayout {
    switch self {
    case .hands, .handsMix: .hands
    case .drums, .drumsMix: .drums
    case .parts: .parts
    case .mosaic: preconditionFailure("a mosaic has no score")
    }
  }
}
