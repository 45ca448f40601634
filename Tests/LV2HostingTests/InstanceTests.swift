import LV2Hosting
import Testing

@Suite struct InstanceTests {
  @Test func audioAndControlsGoThrough() throws {
    let echo = try EchoPlugin.instance()
    let input = Block([1, 2, 3])
    let side = Block([10, 10, 10])
    let output = Block([0, 0, 0])
    echo.connect(0, to: input.samples)
    echo.connect(1, to: output.samples)
    echo.activate()
    #expect(echo["gain"] == 1)
    echo["gain"] = 2
    echo.run(3)
    #expect(output.values == [2, 4, 6])
    echo.connect(6, to: side.samples)
    echo.run(2)
    #expect(output.values == [22, 24, 6])
    echo.connect(6, to: nil)
    echo.run(0)
    echo.run(3)
    #expect(output.values == [2, 4, 6])
    #expect(echo["longest"] == 8192)
    echo.deactivate()
  }

  @Test(arguments: WorkerMode.allCases)
  func workIsDoneInOrder(mode: WorkerMode) throws {
    let echo = try EchoPlugin.instance { $0.worker = mode }
    let audio = Block([0])
    echo.connect(0, to: audio.samples)
    echo.connect(1, to: audio.samples)
    echo.activate()
    for round in 1...500 {
      echo.run(1)
      if mode == .asynchronous, round % 7 == 0 { echo.joinWorker() }
    }
    echo.joinWorker()
    echo.deliverResponses()
    echo.run(0)
    #expect(echo["answered"] == (mode == .absent ? 0 : 500))
    #expect(echo["early"] == (mode == .immediate ? 500 : 0))
  }

  @Test func aPluginEndsWithWorkWaiting() throws {
    var count = 0
    for _ in 0..<50 {
      let echo = try EchoPlugin.instance()
      let audio = Block([0])
      echo.connect(0, to: audio.samples)
      echo.connect(1, to: audio.samples)
      echo.activate()
      for _ in 0..<20 { echo.run(1) }
      count += 1
    }
    #expect(count == 50)
  }

  @Test func eventsComeBack() throws {
    let echo = try EchoPlugin.instance()
    let urids = echo.plugin.world.urids
    let audio = Block([0, 0])
    echo.connect(0, to: audio.samples)
    echo.connect(1, to: audio.samples)
    echo.activate()
    let input = try #require(echo.events(4))
    let output = try #require(echo.events(5))
    let note = AtomMessage.midi([0x90, 60, 100], urids)
    let path = AtomMessage.set("urn:test:file", path: "/tmp/a b.mid", urids)
    #expect(input.append(at: 0, note))
    #expect(input.append(at: 1, path))
    echo.run(2)
    let messages = output.messages
    #expect(messages.map(\.frame) == [0, 1])
    #expect(messages.map(\.message) == [note, path])
    let object = try #require(messages[1].message.object(urids))
    #expect(object.type == "http://lv2plug.in/ns/ext/patch#Set")
    #expect(object.properties["http://lv2plug.in/ns/ext/patch#value"]?.text == "/tmp/a b.mid")
    let property = try #require(object.properties["http://lv2plug.in/ns/ext/patch#property"])
    #expect(urids.unmap(property.word(0)) == "urn:test:file")
    echo.run(2)
    #expect(output.messages.isEmpty)
  }

  @Test func aFullPortTakesNoMore() throws {
    let echo = try EchoPlugin.instance()
    let input = try #require(echo.events(4))
    #expect(input.capacity == 100_000)
    let large = AtomMessage(type: 1, body: [UInt8](repeating: 7, count: 1000))
    var taken = 0
    while input.append(at: 0, large) { taken += 1 }
    #expect(taken == 100_000 / 1016)
    #expect(input.messages.count == taken)
  }

  @Test func aHostThatOffersTooLittleIsRefused() throws {
    let error = #expect(throws: HostingError.self) {
      try EchoPlugin.instance { $0.hasURIDMap = false }
    }
    #expect(error?.description.contains("ns/ext/urid#map") == true)
    #expect(throws: HostingError.self) {
      try Instance(EchoPlugin.world().plugin(EchoPlugin.uri), sampleRate: 1)
    }
  }

  @Test func optionsMayBeAbsent() throws {
    let echo = try EchoPlugin.instance { $0.blockLengths = nil }
    let audio = Block([0])
    echo.connect(0, to: audio.samples)
    echo.connect(1, to: audio.samples)
    echo.activate()
    echo.run(1)
    #expect(echo["longest"] == 0)
  }

  @Test func messagesAreKept() throws {
    let log = HostLog()
    _ = try EchoPlugin.instance { $0.log = log }
    #expect(log.messages.map(\.kind) == ["http://lv2plug.in/ns/ext/log#Note"])
    #expect(log.messages.map(\.text) == ["echo at 48000 Hz"])
  }

  @Test func numbersForURIsStay() throws {
    let urids = try EchoPlugin.world().urids
    let one = urids.map("urn:a")
    #expect(urids.map("urn:b") != one)
    #expect(urids.map("urn:a") == one)
    #expect(urids.unmap(one) == "urn:a")
    #expect(urids.unmap(0) == nil)
    #expect(urids.unmap(1_000_000) == nil)
  }
}
