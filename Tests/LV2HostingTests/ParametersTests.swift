import LV2Hosting
import Testing

/// Properties that are no ports, of a plugin that Debian ships (`lv2-examples`).
@Suite struct ParametersTests {
  private static let uri = "http://lv2plug.in/plugins/eg-params"

  /// The values that the plugin tells when it is asked for all, as text, by the end of their URI.
  private static func values(of instance: Instance) throws -> [String: String] {
    let urids = instance.plugin.world.urids
    let input = try #require(instance.events(0))
    let output = try #require(instance.events(1))
    #expect(input.append(at: 0, .get(nil, urids)))
    instance.run(64)
    var values: [String: String] = [:]
    for (_, message) in output.messages {
      for (property, value) in message.patchedValues(urids) {
        values[String(property.drop { $0 != "#" }.dropFirst())] = value.valueText(urids)
      }
    }
    return values
  }

  private static func instance() throws -> Instance {
    try Instance(World(path: "/usr/lib/lv2").plugin(uri), sampleRate: 48_000)
  }

  @Test func valuesOfEveryTypeAreSetAndTold() throws {
    let instance = try Self.instance()
    let urids = instance.plugin.world.urids
    try State(preset: Self.uri, in: instance.plugin.world).restore(to: instance)
    instance.activate()
    let before = try Self.values(of: instance)
    #expect(before["int"] == "0")
    #expect(before["string"] == "Hello, world")
    let input = try #require(instance.events(0))
    let settings: [(String, AtomMessage.Value, String)] = [
      ("int", .int(-7), "-7"), ("long", .long(1 << 40), "1099511627776"),
      ("float", .float(0.25), "0.25"), ("double", .double(-0.125), "-0.125"),
      ("bool", .bool(true), "true"), ("string", .string("a \"b\" ü"), "a \"b\" ü"),
      ("path", .path("/tmp/a b"), "/tmp/a b"),
    ]
    for (name, value, _) in settings {
      #expect(input.append(at: 0, .set("\(Self.uri)#\(name)", to: value, urids)))
    }
    instance.run(64)
    let after = try Self.values(of: instance)
    for (name, _, text) in settings { #expect(after[name] == text) }
  }

  /// What was set comes back with a state, in another instance.
  @Test func valuesAreKeptInStates() throws {
    let one = try Self.instance()
    let urids = one.plugin.world.urids
    one.activate()
    let input = try #require(one.events(0))
    #expect(input.append(at: 0, .set("\(Self.uri)#string", to: .string("kept"), urids)))
    #expect(input.append(at: 0, .set("\(Self.uri)#int", to: .int(42), urids)))
    one.run(64)
    let text = try State(of: one).text(uri: "urn:test:state")
    let other = try Self.instance()
    try State(text: text, in: other.plugin.world).restore(to: other)
    other.activate()
    let values = try Self.values(of: other)
    #expect(values["string"] == "kept")
    #expect(values["int"] == "42")
  }

  @Test func onlyPatchesHaveValues() throws {
    let urids = try World(path: "/usr/lib/lv2").urids
    #expect(AtomMessage.midi([0x90, 60, 100], urids).patchedValues(urids).isEmpty)
    #expect(AtomMessage.get("urn:test:a", urids).patchedValues(urids).isEmpty)
    let set = AtomMessage.set("urn:test:a", to: .uri("urn:test:b"), urids)
    #expect(set.patchedValues(urids)["urn:test:a"]?.valueText(urids) == "urn:test:b")
    #expect(AtomMessage.midi([0x90, 60, 100], urids).valueText(urids) == nil)
  }
}
