import Foundation
import Testing

/// Chromium without a window, driven through WebDriver as a person drives it: with keys, a pointer and eyes.
final class Browser {
  /// Keys that are no characters, as WebDriver writes them.
  enum Key {
    static let up = "\u{E013}", down = "\u{E015}", pageUp = "\u{E00E}", pageDown = "\u{E00F}"
    static let home = "\u{E011}", end = "\u{E010}", shift = "\u{E008}"
  }

  private let folder: TemporaryFolder
  private let driver: Child
  private let port: Int
  private var session = ""

  /// Starts a browser of a test's own.
  init() throws {
    folder = try TemporaryFolder()
    driver = try Child("chromedriver", ["--port=0"], environment: ["LC_ALL": "C.UTF-8"])
    // "ChromeDriver was started successfully on port 12345."
    let line = try #require(
      driver.line(beginning: "ChromeDriver was started successfully on port "),
      "the tests need chromium and chromium-driver: \(driver.errors)")
    port = try #require(line.split { !$0.isNumber }.last.flatMap { Int($0) })
    let arguments =
      [
        "--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
        "--user-data-dir=\(folder.path)",
      ]
      + (getuid() == 0 ? ["--no-sandbox"] : [])
    let wanted: [String: Any] = [
      "goog:loggingPrefs": ["browser": "ALL"], "goog:chromeOptions": ["args": arguments],
    ]
    let answer = try call("POST", "/session", ["capabilities": ["alwaysMatch": wanted]])
    let id = try #require((answer as? [String: Any])?["sessionId"] as? String)
    session = "/session/\(id)"
    // Fonts and layout are awaited; pages may take as long as the machine needs.
    _ = try call("POST", "\(session)/timeouts", ["script": 300_000, "pageLoad": 300_000])
  }

  deinit {
    _ = try? call("DELETE", session)
    _ = try? call("GET", "/shutdown")
    driver.endPatiently()
  }

  // MARK: What a person does

  /// Goes to a page, and waits until it shows what the host has told it.
  func open(_ url: String) throws {
    _ = try command("POST", "/url", ["url": url])
    try waitForLink("there")
  }

  /// Goes to any other page.
  func visit(_ url: String) throws { _ = try command("POST", "/url", ["url": url]) }

  /// Presses keys where the focus is.
  func press(_ keys: String) throws {
    let actions = keys.flatMap { key in
      ["keyDown", "keyUp"].map { ["type": $0, "value": String(key)] }
    }
    _ = try command(
      "POST", "/actions", ["actions": [["type": "key", "id": "keys", "actions": actions]]])
  }

  /// Shows the page as it is in light or in the dark, for somebody who wants no motion.
  func prefer(dark: Bool) throws {
    let features = [
      ["name": "prefers-color-scheme", "value": dark ? "dark" : "light"],
      ["name": "prefers-reduced-motion", "value": "reduce"],
    ]
    _ = try tool("Emulation.setEmulatedMedia", ["features": features])
  }

  /// Opens another page beside, and returns its name for `turn(to:)`.
  func openBeside(_ url: String) throws -> String {
    let answer = try command("POST", "/window/new", ["type": "window"]) as? [String: Any]
    let handle = try #require(answer?["handle"] as? String)
    try turn(to: handle)
    try open(url)
    return handle
  }

  /// The name of the page that is in front.
  func window() throws -> String { try #require(try command("GET", "/window") as? String) }

  func turn(to window: String) throws { _ = try command("POST", "/window", ["handle": window]) }

  /// Types into an element, which gets the focus; for a file's field, the file's path.
  func type(_ text: String, into selector: String) throws {
    _ = try command("POST", "/element/\(element(selector))/value", ["text": text])
  }

  func click(_ selector: String) throws {
    _ = try command("POST", "/element/\(element(selector))/click", [:])
  }

  /// Takes hold of an element in its middle, and pulls without letting go.
  func pull(_ selector: String, right x: Int, down y: Int) throws {
    let middle = ["element-6066-11e4-a52e-4f735466cecf": try element(selector)]
    try point([
      ["type": "pointerMove", "duration": 0, "origin": middle, "x": 0, "y": 0],
      ["type": "pointerDown", "button": 0],
      ["type": "pointerMove", "duration": 50, "origin": middle, "x": x, "y": y],
    ])
  }

  /// Drags files over an element's middle, and drops them there.
  func drop(_ files: [String], on selector: String) throws {
    let place = try value(
      "(({ x, y, width, height }) => [x + width / 2, y + height / 2])(document.querySelector(\(quoted(selector))).getBoundingClientRect())"
    )
    let middle = try #require(place as? [Double])
    let data: [String: Any] = ["items": [Any](), "files": files, "dragOperationsMask": 1]
    for type in ["dragEnter", "dragOver", "drop"] {
      _ = try tool(
        "Input.dispatchDragEvent", ["type": type, "x": middle[0], "y": middle[1], "data": data])
    }
  }

  func letGo() throws { try point([["type": "pointerUp", "button": 0]]) }

  private func point(_ actions: [[String: Any]]) throws {
    _ = try command(
      "POST", "/actions", ["actions": [["type": "pointer", "id": "mouse", "actions": actions]]])
  }

  /// Gives the page another size.
  func resize(width: Int, height: Int, isPhone: Bool = false) throws {
    _ = try tool(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": isPhone])
  }

  // MARK: What a person sees

  /// What a JavaScript expression gives.
  func value(_ expression: String) throws -> Any? {
    try command("POST", "/execute/sync", ["script": "return \(expression)", "args": [Any]()])
  }

  func text(_ expression: String) throws -> String { try value(expression) as? String ?? "" }

  /// An attribute of an element; empty if it has none.
  func attribute(_ name: String, of selector: String) throws -> String {
    try text("document.querySelector(\(quoted(selector)))?.getAttribute('\(name)')")
  }

  /// Waits until an expression holds.
  func wait(
    _ expression: String, _ comment: String = "", location: SourceLocation = #_sourceLocation
  ) throws {
    var last: Any?
    let holds = driver.wait { [self] in
      last = try? value(expression)
      return last as? Bool == true
    }
    try #require(
      holds, "\(comment) \(expression): \(String(describing: last))", sourceLocation: location)
  }

  /// Waits until the page's connection is in a state: `there` or `lost`.
  func waitForLink(_ state: String) throws {
    try wait("document.body?.dataset.link === '\(state)'")
  }

  /// The errors of the page since this was asked last.
  func consoleErrors() throws -> [String] {
    let entries = try command("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
    return entries.compactMap { $0["message"] as? String }
  }

  /// What is seen, as a PNG file.
  func picture() throws -> Data {
    let text = try command("GET", "/screenshot") as? String
    return try #require(Data(base64Encoded: text ?? ""))
  }

  /// All that a screen reader finds: roles and names.
  func accessible() throws -> [(role: String, name: String)] {
    let answer = try tool("Accessibility.getFullAXTree", [:]) as? [String: Any]
    let nodes = try #require(answer?["nodes"] as? [[String: Any]])
    return nodes.filter { $0["ignored"] as? Bool != true }.map { node in
      func text(_ key: String) -> String {
        (node[key] as? [String: Any])?["value"] as? String ?? ""
      }
      return (text("role"), text("name"))
    }
  }

  // MARK: The wire

  private func tool(_ name: String, _ parameters: [String: Any]) throws -> Any? {
    try command("POST", "/goog/cdp/execute", ["cmd": name, "params": parameters])
  }

  private func element(_ selector: String) throws -> String {
    let found = try command("POST", "/element", ["using": "css selector", "value": selector])
    return try #require((found as? [String: String])?.values.first, "\(selector)")
  }

  private func command(_ method: String, _ path: String, _ body: [String: Any]? = nil) throws
    -> Any?
  {
    try call(method, session + path, body)
  }

  private func call(_ method: String, _ path: String, _ body: [String: Any]? = nil) throws -> Any? {
    // Foundation's own client does not understand chromedriver's answers.
    let content = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
    let connection = try WebConnection("http://127.0.0.1:\(port)/")
    connection.send(
      Array(
        "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\nContent-Length: \(content.count)\r\n\r\n"
          .utf8) + content)
    let reply = connection.receive { $0.hasWholeAnswer }
    let answer =
      try? JSONSerialization.jsonObject(with: Data(reply.afterHeaders ?? [])) as? [String: Any]
    guard let answer else {
      throw Problem(description: "\(path): \(String(decoding: reply.prefix(1000), as: UTF8.self))")
    }
    let value = answer["value"]
    if let problem = value as? [String: Any], let kind = problem["error"] as? String {
      throw Problem(description: "\(path): \(kind): \(problem["message"] ?? "")")
    }
    return value is NSNull ? nil : value
  }

  private struct Problem: Error, CustomStringConvertible { let description: String }
}

/// A text as JavaScript writes it.
func quoted(_ text: String) -> String {
  let data = try? JSONSerialization.data(withJSONObject: [text])
  return String(decoding: (data ?? Data()).dropFirst().dropLast(), as: UTF8.self)
}
