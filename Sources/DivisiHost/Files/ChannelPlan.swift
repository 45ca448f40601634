// Thread: setup

import LV2Hosting
import Terminal

/// How the channels of a file come to the inputs of a plugin.
///
/// Of the rules, the first that fits is taken:
/// 1. as many channels as inputs that are no side chains: one each, and silence for side chains;
/// 2. as many as inputs of any kind: one each, in the order of ports;
/// 3. fewer, where the rest may be left unconnected: they are (Divisi becomes a mono plugin so);
/// 4. one: the same for all inputs that are no side chains;
/// 5. several, where the plugin has one input and one output: a plugin for each channel.
struct ChannelPlan {
  /// What an input is connected to.
  enum Source: Equatable { case channel(Int), silence, nothing }

  /// For each plugin that is needed, what its audio inputs get, by port index.
  let plugins: [[Int: Source]]

  /// - Parameters:
  ///   - count: channels of the file.
  ///   - subject: what to call it if it does not fit.
  init(channelCount count: Int, of subject: String, for plugin: Plugin) throws {
    let inputs = plugin.ports(.audio, isInput: true)
    let outputs = plugin.ports(.audio, isInput: false)
    let main = plugin.mainInputs
    guard !main.isEmpty else {
      throw Failure("\(plugin.uri): expected a plugin that takes audio; it has no such input")
    }
    guard !outputs.isEmpty else {
      throw Failure("\(plugin.uri): expected a plugin that gives audio; it has no such output")
    }
    func table(_ ports: [Port], _ sources: [Source], rest: Source) -> [Int: Source] {
      var table = Dictionary(uniqueKeysWithValues: inputs.map { ($0.index, rest) })
      for (port, source) in zip(ports, sources) { table[port.index] = source }
      return table
    }
    let each = (0..<count).map { Source.channel($0) }
    if count == main.count {
      plugins = [table(main, each, rest: .silence)]
    } else if count == inputs.count {
      plugins = [table(inputs, each, rest: .silence)]
    } else if count < inputs.count, inputs.dropFirst(count).allSatisfy(\.isOptional) {
      plugins = [table(inputs, each, rest: .nothing)]
    } else if count == 1 {
      plugins = [table(main, main.map { _ in .channel(0) }, rest: .silence)]
    } else if main.count == 1, outputs.count == 1 {
      plugins = each.map { table(main, [$0], rest: .silence) }
    } else {
      var counts = main.count == 1 ? "1" : "\(main.count) channels or 1"
      if inputs.count > main.count { counts = "\(inputs.count), \(counts)" }
      throw Failure(
        "\(subject): expected \(counts)\(main.count == 1 ? " channel" : ""), found \(count)")
    }
  }

  /// The roles of inputs that are left unconnected, such as `pg:right` in full.
  func missingSides(of plugin: Plugin) -> Set<String> {
    Set(
      plugin.ports(.audio, isInput: true)
        .filter { plugins[0][$0.index] == .nothing }.compactMap(\.designation))
  }
}

/// The output files of a plugin: which ports each holds.
struct OutputPlan {
  /// A file's name without extension, and its ports in the order of channels.
  let files: [(name: String, ports: [Port])]

  /// Channels that a file has at most where the plugin does not say what belongs together (FLAC's
  /// limit).
  private static let mostTogether = 8

  /// One file for each group; one file of all ports, `out`, where the plugin has no groups.
  init(of plugin: Plugin) {
    let ports = plugin.ports(.audio, isInput: false)
    if ports.count <= Self.mostTogether, ports.allSatisfy({ $0.group == nil }) {
      files = [("out", ports)]
      return
    }
    var taken: Set<String> = []
    files = plugin.audioGroups(isInput: false).map { group in
      let wanted = Self.fileName(group.symbol)
      var name = wanted
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(wanted)-\(number)"
        number += 1
      }
      return (name, group.ports)
    }
  }

  /// A symbol, which may be anything in bad data, as the name of a visible file.
  private static func fileName(_ symbol: String) -> String {
    let name = String(
      symbol.printable.map { $0 == "/" || $0 == "?" ? "_" : $0 }.drop { $0 == "." })
    return name.isEmpty ? "out" : name
  }
}
