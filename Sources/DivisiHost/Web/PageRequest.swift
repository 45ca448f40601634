// Thread: page

internal import NIOHTTP1

/// What a browser asks for, as far as it may.
enum PageRequest {
  /// A part of the page.
  case file(type: String, bytes: [UInt8])
  /// A score is to be used, whose bytes follow.
  case score(name: String, count: Int)

  /// Why something is not done.
  struct Refusal: Error {
    let status: HTTPResponseStatus
    let text: String

    init(_ status: HTTPResponseStatus, _ text: String) {
      self.status = status
      self.text = text
    }
  }

  /// What the page consists of, by path.
  private static let files: [String: (type: String, bytes: [UInt8])] = [
    "/": ("text/html; charset=utf-8", PackageResources.mixer_html),
    "/mixer.css": ("text/css; charset=utf-8", PackageResources.mixer_css),
    "/mixer.js": ("text/javascript; charset=utf-8", PackageResources.mixer_js),
    "/strips.js": ("text/javascript; charset=utf-8", PackageResources.strips_js),
    "/icon.svg": ("image/svg+xml", PackageResources.icon_svg),
  ]

  /// Reads a request's head, which says all that has to be known before its body is read.
  ///
  /// - Parameter openly: whether others than this machine may ask.
  init(_ head: HTTPRequestHead, openly: Bool) throws(Refusal) {
    let origin = PageOrigin(head.headers)
    guard origin.isAddressed(openly: openly) else {
      throw Refusal(.forbidden, "expected the address of this page as Host")
    }
    let (path, query) = Self.split(head.uri)
    if let (type, bytes) = Self.files[path] {
      guard head.method == .GET || head.method == .HEAD else {
        throw Refusal(.methodNotAllowed, "expected GET")
      }
      self = .file(type: type, bytes: bytes)
      return
    }
    guard path == "/socket" || path == "/score" else {
      throw Refusal(.notFound, "there is only one page: /")
    }
    // What changes something is for this page alone: a browser says who asks.
    guard origin.isOwn(openly: openly) else {
      throw Refusal(.forbidden, "expected this page as Origin")
    }
    guard path == "/score" else { throw Refusal(.upgradeRequired, "expected a WebSocket") }
    guard head.method == .POST else { throw Refusal(.methodNotAllowed, "expected POST") }
    guard let count = head.headers.first(name: "Content-Length").flatMap({ Int($0) }) else {
      throw Refusal(.lengthRequired, "expected Content-Length")
    }
    guard count <= ScoreFolder.mostBytes else {
      throw Refusal(.payloadTooLarge, "expected at most \(ScoreFolder.mostBytes >> 20) MB")
    }
    self = .score(name: query["name"] ?? "", count: count)
  }

  /// Whether a request has a body.
  static func hasBody(_ head: HTTPRequestHead) -> Bool {
    head.headers.contains(name: "Transfer-Encoding")
      || (head.headers.first(name: "Content-Length").map { $0 != "0" } ?? false)
  }

  /// The parts of a request's target before and after `?`; names and values are decoded.
  static func split(_ target: String) -> (path: String, query: [String: String]) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var query: [String: String] = [:]
    for item in parts.dropFirst().first?.split(separator: "&") ?? [] {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[decoded(pair[0])] = pair.count > 1 ? decoded(pair[1]) : ""
    }
    return (String(parts[0]), query)
  }

  /// Text with `%C3%BC` as `ü`, and `+` as a space.
  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let code = UInt8(digits, radix: 16) {
        bytes.append(code)
        rest.removeFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
