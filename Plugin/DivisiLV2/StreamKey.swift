// Thread: worker

import DivisiEngine
import DivisiPorts

/// What a stream is built for, as the control ports say it.
struct StreamKey {
  /// By the place in ``EngineControl``.
  let values: [Float]
  let channelCount: Int

  /// - Parameter start: as many values as there are in ``EngineControl``.
  init(_ start: UnsafeRawPointer, channelCount: Int) {
    values = EngineControl.allCases.indices.map {
      start.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
    }
    self.channelCount = channelCount
  }

  /// The settings that the values mean.
  ///
  /// - Throws: where the engine finds a value or a combination of them out of range.
  func settings() throws(SettingsError) -> StreamSettings {
    var ports: [String: Double] = [:]
    for (index, control) in EngineControl.allCases.enumerated() {
      // What a float cannot hold exactly should still be what a preset says.
      let value = (Double(values[index]) * 10_000).rounded() / 10_000
      switch control {
      case .resolution: ports[control.rawValue] = Self.nearestResolution(value)
      case .cutoff: ports[control.rawValue] = value < 500 ? 0 : max(value, 1000)
      default: ports[control.rawValue] = value
      }
    }
    return try StreamSettings(ports: ports)
  }

  private static func nearestResolution(_ value: Double) -> Double {
    value < 3072 ? 2048 : value < 6144 ? 4096 : 8192
  }
}

extension PluginKind {
  /// How the engine divides a score for this plugin.
  var layout: StreamLayout {
    switch self {
    case .hands, .handsMix: .hands
    case .drums, .drumsMix: .drums
    case .parts: .parts
    }
  }
}
