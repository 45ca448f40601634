import Foundation
import Testing

/// The mixer page in a real browser.
@Suite(.serialized) struct WebTests {
  /// Starts the host with a page, and gives its address.
  static func page(
    _ server: Server, _ arguments: [String] = Polonaise.arguments, port: String = "0",
    name: String = "plug", environment: [String: String] = [:]
  ) throws -> (host: Child, url: String) {
    let host = try server.host(
      arguments + ["--web", port], name: name, environment: environment)
    let start = "mixer page at "
    let line = try #require(host.line(beginning: start), "\(host.errors)")
    return (host, String(line.dropFirst(start.count)))
  }

  private static func fader(_ part: String) -> String { "[data-symbol=gain_\(part)]" }
  private static func number(_ part: String) -> String {
    "Number(document.querySelector('\(fader(part))').value)"
  }
  private static func button(_ name: String, _ part: String) -> String {
    "[data-part=\(part)] .\(name)"
  }
  private static func isOn(_ button: String) -> String {
    "document.querySelector(\(quoted(button))).getAttribute('aria-pressed') === 'true'"
  }

  /// What there is can be seen, and found by a screen reader, and fits onto a phone.
  @Test func everybodyFindsEverything() throws {
    let server = try Server()
    let (host, url) = try Self.page(server)
    let browser = try Browser()
    try browser.open(url)
    #expect(try browser.text("document.title") == "Divisi Hands · mixer")
    let titles = try browser.value(
      "[...document.querySelectorAll('.part h3')].map(e => e.textContent)")
    #expect(titles as? [String] == ["Left hand", "Right hand", "Residual"])
    #expect(try browser.text("document.getElementById('preset').value") == Polonaise.preset)
    try browser.click("summary")
    let found = try browser.accessible()
    let controls = ["slider", "button", "checkbox", "combobox", "spinbutton", "meter", "textbox"]
    let named = found.filter { controls.contains($0.role.lowercased()) }
    #expect(named.allSatisfy { !$0.name.isEmpty }, "\(named.filter { $0.name.isEmpty })")
    for (role, name) in [
      ("slider", "Left hand gain"), ("slider", "Right hand pan"), ("meter", "Residual level"),
      ("button", "Mute Left hand"), ("button", "Solo Right hand"), ("combobox", "Preset"),
      ("combobox", "Model"), ("checkbox", "Adapt"), ("spinbutton", "Tolerance in ms"),
    ] {
      #expect(named.contains { $0.role == role && $0.name == name }, "\(role) \(name): \(named)")
    }
    // Each control of the plugin but what the host looks after.
    let listed = host.output
    _ = try host.ask("controls", for: "score_offset")
    let symbols = host.output.dropFirst(listed.count).split(separator: "\n")
      .map { String($0.prefix { $0 != " " }) }
    let inputs = named.filter { ["slider", "checkbox", "combobox"].contains($0.role) }
    let toggles = named.filter { $0.name.hasPrefix("Mute ") || $0.name.hasPrefix("Solo ") }
    // All but `freewheel`, which is the server's, and the preset.
    #expect(symbols.contains("freewheel") && inputs.count + toggles.count == symbols.count)
    for (width, isPhone) in [(360, true), (780, false), (1400, false)] {
      try browser.resize(width: width, height: 800, isPhone: isPhone)
      try browser.wait("innerWidth === \(width)")
      #expect(
        try browser.value("document.documentElement.scrollWidth") as? Int ?? 0 <= width, "\(width)")
      let outside = try browser.value(
        """
        [...document.querySelectorAll('.part')].flatMap(part => {
          const box = part.getBoundingClientRect();
          return [...part.querySelectorAll('*')].map(e => [String(e.className || e.ariaLabel), e.getBoundingClientRect()])
            .filter(([, inner]) => inner.width > 0).filter(([, inner]) => inner.left < box.left || inner.right > box.right).map(([name]) => name);
        })
        """)
      #expect(outside as? [String] == [], "\(width)")
      let small = try browser.value(
        """
        [...document.querySelectorAll('button, select, summary, .button, input:not(.unseen)')]
          .map(e => [e.id || e.ariaLabel, (e.type === 'checkbox' ? e.parentElement : e).getBoundingClientRect()])
          .filter(([, box]) => box.height < 44 || box.width < 44).map(([name]) => name)
        """)
      #expect(small as? [String] == [], "\(width)")
    }
    #expect(try browser.consoleErrors() == [])
  }

  @Test func keysMoveFadersWhichIsHeard() throws {
    let server = try Server()
    let recording = try Polonaise()
    let (host, url) = try Self.page(
      server, Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    let browser = try Browser()
    try browser.open(url)
    let left = Self.fader("left")
    for (keys, value, text) in [
      (Browser.Key.down, "-0.5", "−0.5\u{A0}dB"),
      (Browser.Key.down + Browser.Key.down, "-1.5", "−1.5\u{A0}dB"),
      (Browser.Key.shift + Browser.Key.up, "-0.5", "−0.5\u{A0}dB"),
      (Browser.Key.pageDown, "-6.5", "−6.5\u{A0}dB"), (Browser.Key.end, "12", "12.0\u{A0}dB"),
      ("0", "0", "0.0\u{A0}dB"), (Browser.Key.home, "-60", "off"),
    ] {
      try browser.type(keys, into: left)
      #expect(
        host.wait { (try? host.ask("get gain_left", for: "gain_left")) == "gain_left = \(value)" })
      #expect(try browser.attribute("aria-valuetext", of: left) == text)
    }
    // Mutes from the fader that has the focus, and from the button.
    try browser.type("m", into: Self.fader("residual"))
    try browser.wait(Self.isOn(Self.button("mute", "residual")))
    #expect(host.wait { (try? host.value("mute_residual")) == 1 })
    try browser.click(Self.button("solo", "right"))
    #expect(host.wait { (try? host.value("solo_right")) == 1 })
    try browser.wait("document.querySelector('[data-part=left]').classList.contains('unheard')")
    try browser.type("s", into: Self.button("mute", "right"))
    #expect(host.wait { (try? host.value("solo_right")) == 0 })
    // A meter says what was the most that it has shown.
    _ = try browser.value(
      """
      (() => { const meter = document.querySelector('[data-part=right] .meter'); window.most = 0;
        new MutationObserver(() => { most = Math.max(most, meter.style.getPropertyValue('--level')); })
          .observe(meter, { attributes: true }); })()
      """)
    let latency = Int(try host.value("latency"))
    var isSeen = false
    for _ in 0..<20 where !isSeen {
      let output = try server.play(
        recording.channels.map { $0 + [Float](repeating: 0, count: latency) },
        recording: ["mix_l", "right_l", "left_l"])
      #expect(output[0] == output[1], "the mix is the right hand alone")
      #expect(output[2].contains { abs($0) > 0.05 })
      // −60 to 12 dB are 0 to 1.
      isSeen = (try browser.value("most") as? Double ?? 0) > 0.5
    }
    #expect(isSeen)
    #expect(try browser.consoleErrors() == [])
  }

  /// What is changed anywhere is seen everywhere.
  @Test func pagesAndPromptAgree() throws {
    let server = try Server()
    let (host, url) = try Self.page(server)
    let browser = try Browser()
    try browser.open(url)
    let one = try browser.window()
    let other = try browser.openBeside(url)
    _ = try host.ask("set gain_left -7.3", for: "gain_left")
    _ = try host.ask("set mute_right 1", for: "mute_right")
    for window in [one, other] {
      try browser.turn(to: window)
      try browser.wait("\(Self.number("left")) === -7.3")
      try browser.wait(Self.isOn(Self.button("mute", "right")))
    }
    try browser.click(Self.button("solo", "left"))
    try browser.click("#preset option[value=hands]")
    try browser.turn(to: one)
    try browser.wait(Self.isOn(Self.button("solo", "left")))
    try browser.wait("document.getElementById('preset').value === 'hands'")
    #expect(try host.value("resolution") == 8192)
    _ = try host.ask("preset hands-fast", for: "preset")
    try browser.wait("document.getElementById('preset').value === 'hands-fast'")
    #expect(try host.value("resolution") == 4096)
    try browser.wait(
      "document.getElementById('control-resolution').selectedOptions[0].text === '4096'")
    // What is typed stays in the range.
    try browser.click("summary")
    try browser.type("99999\n", into: "#control-tolerance")
    #expect(host.wait { (try? host.value("tolerance")) == 1000 })
    try browser.wait("document.getElementById('control-tolerance').value === '1000'")
    #expect(try browser.consoleErrors() == [])
  }

  @Test func nobodyMovesAFaderThatIsHeld() throws {
    let server = try Server()
    let (host, url) = try Self.page(server)
    let browser = try Browser()
    try browser.open(url)
    let one = try browser.window()
    let other = try browser.openBeside(url)
    try browser.turn(to: one)
    try browser.pull(Self.fader("left"), right: 0, down: 40)
    // The host has heard of the last of its movements, which come one after the other.
    let hasMoved = host.wait {
      let pulled = Double((try? host.value("gain_left")) ?? 0)
      let shown = (try? browser.value(Self.number("left"))) as? Double ?? 0
      return pulled != 0 && abs(pulled - shown) < 0.05
    }
    #expect(hasMoved)
    _ = try host.ask("set gain_left 11.5", for: "gain_left")
    try browser.turn(to: other)
    try browser.wait("\(Self.number("left")) === 11.5")
    try browser.turn(to: one)
    #expect(try browser.value("\(Self.number("left")) < 0") as? Bool == true)
    try browser.letGo()
    try browser.wait("\(Self.number("left")) === 11.5")
    #expect(try host.value("gain_left") == 11.5)
  }

  @Test(arguments: [false, true])
  func scoresAreSent(keepsState: Bool) throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let state = folder.file("state")
    let (host, url) = try Self.page(
      server, Polonaise.arguments + (keepsState ? ["--state", state] : []))
    let browser = try Browser()
    try browser.open(url)
    let name = "Polonaise – 2ème.mid"
    try FileManager.default.copyItem(atPath: Polonaise.score, toPath: folder.file(name))
    try browser.type(folder.file(name), into: "#score-file")
    try browser.wait("document.getElementById('score').textContent === \(quoted(name))")
    #expect(host.wait { host.errors.contains("left 153, right 74") }, "\(host.errors)")
    // What is none is refused by the plugin, in words.
    try "nothing".write(toFile: folder.file("bad.mid"), atomically: true, encoding: .utf8)
    try browser.type(folder.file("bad.mid"), into: "#score-file")
    try browser.wait("document.getElementById('status').textContent.includes('bad.mid')")
    #expect(host.wait { host.errors.contains("bad.mid") })
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
    if keepsState { #expect(folder.files.contains("state/scores/" + name), "\(folder.files)") }
    let stored = host.errors.split(separator: " ").first { $0.contains("/divisi-host-") }
    #expect(keepsState == (stored == nil), "\(host.errors)")
    if let stored {
      let path = stored.split(separator: "/").dropLast().joined(separator: "/")
      #expect(!FileManager.default.fileExists(atPath: "/" + path), "what only the session needed")
    }
  }

  /// The host's end is seen, and its return needs nobody to reload.
  @Test func pagesComeBack() throws {
    let server = try Server()
    let (host, url) = try Self.page(server, Polonaise.arguments + ["--set", "gain_left=-3"])
    let browser = try Browser()
    try browser.open(url)
    try browser.wait("\(Self.number("left")) === -3")
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
    try browser.waitForLink("lost")
    #expect(try browser.text("document.getElementById('link-text').textContent") == "Ended")
    _ = try browser.value("window.isOld = true")
    let port = String(url.split(separator: ":").last?.prefix { $0.isNumber } ?? "")
    let (again, same) = try Self.page(
      server, Polonaise.arguments + ["--set", "gain_left=-9"], port: port)
    #expect(same == url)
    try browser.waitForLink("there")
    try browser.wait("\(Self.number("left")) === -9")
    #expect(try browser.value("window.isOld") as? Bool == true)
    again.send(SIGTERM)
    #expect(again.wait() == 0, "\(again.errors)")
  }

  /// A plugin that has no parts, from elsewhere.
  @Test func otherPluginsCanBeControlled() throws {
    let server = try Server()
    let (host, url) = try Self.page(server, ["http://lv2plug.in/plugins/eg-amp"])
    let browser = try Browser()
    try browser.open(url)
    #expect(try browser.value("document.getElementById('mixer').hidden") as? Bool == true)
    #expect(try browser.value("document.getElementById('all').open") as? Bool == true)
    try browser.type(Browser.Key.pageDown, into: "[data-symbol=gain]")
    #expect(host.wait { (try? host.value("gain")) == -6 })
    try browser.wait("document.getElementById('control-gain').value === '-6'")
    #expect(try browser.consoleErrors() == [])
  }
}
