// Thread: setup

import Glibc
package import LV2Hosting
import Terminal

/// Which MIDI controllers move which controls of a plugin.
///
/// Written `cc7=gain_kick`, or `cc7@2=gain_kick` for channel 2 alone.
package final class ControlMap {
  package let table: ControlTable
  private let plugin: Plugin
  private static let fileName = "controllers.txt"
  private static let freeWheeling = "http://lv2plug.in/ns/lv2core#freeWheeling"

  package init(_ plugin: Plugin) {
    self.plugin = plugin
    table = ControlTable(values: plugin.ports.map { ControlLaw.values(of: $0) })
  }

  /// A controller, of a channel from 1 to 16 or of all.
  package struct Controller: Equatable {
    let number: Int
    let channel: Int?

    init(number: Int, channel: Int? = nil) {
      self.number = number
      self.channel = channel
    }

    /// Reads `cc7` or `cc7@2`; nil if it makes no sense.
    init?(_ text: some StringProtocol) {
      let parts = text.lowercased().split(separator: "@", omittingEmptySubsequences: false)
      guard parts.count <= 2, parts[0].hasPrefix("cc"), let number = Int(parts[0].dropFirst(2)),
        0..<ControlTable.controllerCount ~= number
      else { return nil }
      self.number = number
      channel = parts.count == 2 ? Int(parts[1]) : nil
      if parts.count == 2 {
        guard let channel, 1...ControlTable.channelCount ~= channel else { return nil }
      }
    }

    var text: String { "cc\(number)" + (channel.map { "@\($0)" } ?? "") }

    fileprivate var places: Range<Int> {
      channel.map { $0 - 1..<$0 } ?? 0..<ControlTable.channelCount
    }
  }

  /// Reads `cc7=gain_kick`, or the two with a space; nil if it makes no sense.
  package static func parse(_ text: String) -> (controller: Controller, symbol: String)? {
    let parts = text.split { $0 == " " || $0 == "=" }
    guard parts.count == 2, let controller = Controller(parts[0]) else { return nil }
    return (controller, String(parts[1]))
  }

  /// Lets a controller move a control, and no other one.
  ///
  /// - Throws: if the text makes no sense, or the plugin has no such control.
  package func map(_ text: String) throws { set(try mapping(text)) }

  /// A controller and the port that it moves.
  package struct Mapping {
    fileprivate let controller: Controller
    fileprivate let port: Int
  }

  private func mapping(_ text: String) throws -> Mapping {
    guard let (controller, symbol) = Self.parse(text) else {
      throw Failure(
        "map '\(text)': expected cc0 to cc119, '=' and a symbol; cc7@2 is of channel 2 alone")
    }
    return Mapping(controller: controller, port: try control(symbol))
  }

  private func set(_ mapping: Mapping) {
    for channel in mapping.controller.places {
      table.setTarget(mapping.port, channel: channel, controller: mapping.controller.number)
    }
  }

  /// Forgets a controller, or all that move a control; with no text, all.
  package func unmap(_ text: String) throws {
    if let controller = Controller(text) {
      for channel in controller.places {
        table.setTarget(nil, channel: channel, controller: controller.number)
      }
    } else {
      let port = text.isEmpty ? nil : try control(text)
      for channel in 0..<ControlTable.channelCount {
        for number in 0..<ControlTable.controllerCount
        where port == nil || table.target(channel: channel, controller: number) == port {
          table.setTarget(nil, channel: channel, controller: number)
        }
      }
    }
  }

  /// All that is mapped, in the form that `map` takes.
  package var lines: [String] {
    (0..<ControlTable.controllerCount).flatMap { number -> [String] in
      let targets = (0..<ControlTable.channelCount).map {
        table.target(channel: $0, controller: number)
      }
      if let port = targets[0], targets.allSatisfy({ $0 == port }) {
        return [Self.line(Controller(number: number), plugin.ports[port])]
      }
      return targets.enumerated().compactMap { channel, target in
        target.map {
          Self.line(Controller(number: number, channel: channel + 1), plugin.ports[$0])
        }
      }
    }
  }

  private static func line(_ controller: Controller, _ port: Port) -> String {
    "\(controller.text)=\(port.symbol)"
  }

  // MARK: Learning

  /// Maps the next controller that arrives, on the channel on which it arrives; nil stops waiting.
  package func learn(_ symbol: String?) throws {
    table.learning = try symbol.map(control)
  }

  /// What has been learnt since the last time, in the form that `map` takes.
  package func takeLearnt() -> String? {
    guard let (channel, number) = table.takeLearnt(),
      let port = table.target(channel: channel, controller: number)
    else { return nil }
    return Self.line(Controller(number: number, channel: channel + 1), plugin.ports[port])
  }

  // MARK: Files

  /// The map as it is saved beside a state.
  package var document: (name: String, bytes: [UInt8]) {
    (Self.fileName, Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  /// The map beside a state; nil where there is none.
  ///
  /// - Throws: if a line makes no sense, or the file cannot be read.
  package func read(from folder: String) throws -> [Mapping]? {
    let path = "\(folder)/\(Self.fileName)"
    guard let file = fopen(path, "r") else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw Failure("\(path): \(String(cString: strerror(errno)))")
      }
      return nil
    }
    defer { fclose(file) }
    var mappings: [Mapping] = []
    var buffer = [CChar](repeating: 0, count: 1024)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
      let line = buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }.trimmed
      if !line.isEmpty && !line.hasPrefix("#") {
        do { mappings.append(try mapping(line)) } catch { throw Failure("\(path): \(error)") }
      }
    }
    guard ferror(file) == 0 else { throw Failure("\(path): it cannot be read") }
    return mappings
  }

  /// Forgets all controllers but these.
  package func replace(with mappings: [Mapping]) {
    for channel in 0..<ControlTable.channelCount {
      for number in 0..<ControlTable.controllerCount {
        table.setTarget(nil, channel: channel, controller: number)
      }
    }
    for mapping in mappings { set(mapping) }
  }

  private func control(_ symbol: String) throws -> Int {
    guard let port = plugin.port(symbol), port.kind == .control, port.isInput,
      port.designation != Self.freeWheeling
    else { throw Failure("\(symbol): expected a control of \(plugin.name); found none") }
    return port.index
  }
}
