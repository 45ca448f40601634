/// What the data says beyond ports.
extension Plugin {
  /// A file that the plugin can be told to use.
  public struct PathProperty: Sendable, Equatable {
    /// What `AtomMessage.set(_:path:_:)` takes.
    public let uri: String
    /// The name that hosts show; the URI where the data has none.
    public let label: String
  }

  /// The properties of type `atom:Path` that can be set, sorted by URI.
  public var pathProperties: [PathProperty] {
    values(LV2URI.patchWritable).sorted()
      .filter { world.values(of: $0, LV2URI.range).contains(LV2URI.path) }
      .map { PathProperty(uri: $0, label: world.values(of: $0, LV2URI.label).first ?? $0) }
  }

  /// A property that is no port: it is set by `patch:Set`, and asked for by `patch:Get`.
  public struct Parameter: Sendable, Equatable {
    /// What messages call it.
    public let uri: String
    /// The name that hosts show; the end of the URI where the data has none.
    public let label: String
    /// The URI of the type of its values, such as `atom:Path` in full; nil if the data has none.
    public let type: String?
    /// Whether it can be set.
    public let isWritable: Bool
  }

  /// All properties that can be set or asked for, sorted by URI.
  public var parameters: [Parameter] {
    let writable = Set(values(LV2URI.patchWritable))
    return writable.union(values(LV2URI.patchReadable)).sorted().map { uri in
      Parameter(
        uri: uri,
        label: world.values(of: uri, LV2URI.label).first
          ?? uri.split { "/#:".contains($0) }.last.map(String.init) ?? uri,
        type: world.values(of: uri, LV2URI.range).first, isWritable: writable.contains(uri))
    }
  }

  /// The audio inputs that are no side chains, which only steer what happens to the others.
  public var mainInputs: [Port] {
    ports(.audio, isInput: true).filter { port in
      let follows = port.group.map { world.values(of: $0, LV2URI.sideChainOf) } ?? []
      return follows.isEmpty && !port.properties.contains(LV2URI.isSideChain)
    }
  }

  /// Ports that belong together, such as the two of a stereo signal.
  public struct Group: Sendable {
    /// The symbol of the group; of the port where it is alone.
    public let symbol: String
    /// The ports, by index.
    public let ports: [Port]
  }

  /// All audio ports of a direction in their groups, in the order of the first of each.
  public func audioGroups(isInput: Bool) -> [Group] {
    var order: [String] = []
    var members: [String: [Port]] = [:]
    for port in ports(.audio, isInput: isInput) {
      let key = port.group ?? port.symbol
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(port)
    }
    return order.map { key in
      let ports = members[key] ?? []
      let symbol =
        ports.first?.group.flatMap { world.values(of: $0, LV2URI.symbol).first } ?? ports[0].symbol
      return Group(symbol: symbol, ports: ports)
    }
  }

  /// The ports of the group that a host should listen to, `pg:mainOutput`; those of the first group
  /// where the data does not say.
  public var mainOutputs: [Port] {
    let outputs = ports(.audio, isInput: false)
    let main = values(LV2URI.mainOutput).first
    let ports = outputs.filter { main != nil && $0.group == main }
    return ports.isEmpty ? audioGroups(isInput: false).first?.ports ?? [] : ports
  }
}
