// Thread: page

internal import FlyingFox
internal import FoundationEssentials

/// Answers browsers: the page, its WebSocket, and scores that are sent.
struct PageHandler: HTTPHandler {
  let hub: PageHub
  let scores: ScoreFolder
  /// Whether others than this machine may come.
  let isOpen: Bool

  /// What the page consists of, by path.
  private static let files: [String: (type: String, bytes: [UInt8])] = [
    "/": ("text/html; charset=utf-8", PackageResources.mixer_html),
    "/mixer.css": ("text/css; charset=utf-8", PackageResources.mixer_css),
    "/mixer.js": ("text/javascript; charset=utf-8", PackageResources.mixer_js),
    "/desk.js": ("text/javascript; charset=utf-8", PackageResources.desk_js),
    "/icon.svg": ("image/svg+xml", PackageResources.icon_svg),
  ]

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let origin = PageOrigin(
      host: request.headers[.host], origin: request.headers[HTTPHeader("Origin")])
    guard origin.isAddressed(openly: isOpen) else {
      return plain(.forbidden, "expected the address of this page as Host\n")
    }
    if let file = Self.files[request.path] {
      guard request.method == .GET || request.method == .HEAD else {
        return plain(.methodNotAllowed, "expected GET\n")
      }
      var headers = Self.headers
      headers[.contentType] = file.type
      headers[HTTPHeader("Content-Security-Policy")] = Self.policy(origin.host ?? "")
      return HTTPResponse(
        statusCode: .ok, headers: headers,
        body: request.method == .HEAD ? Data() : Data(file.bytes))
    }
    // What changes something is for this page alone: a browser says who asks.
    guard request.path == "/socket" || request.path == "/score" else {
      return plain(.notFound, "there is only one page: /\n")
    }
    guard origin.isOwn else { return plain(.forbidden, "expected this page as Origin\n") }
    if request.path == "/socket" {
      return try await WebSocketHTTPHandler(handler: PageSocket(hub: hub)).handleRequest(request)
    }
    return await store(request)
  }

  /// Takes a score and has it used.
  private func store(_ request: HTTPRequest) async -> HTTPResponse {
    guard request.method == .POST else { return plain(.methodNotAllowed, "expected POST\n") }
    let tooLong = "expected at most \(ScoreFolder.mostBytes >> 20) MB\n"
    if let length = request.headers[.contentLength].flatMap({ Int($0) }),
      length > ScoreFolder.mostBytes
    {
      return plain(.payloadTooLarge, tooLong, closes: true)
    }
    do {
      var bytes: [UInt8] = []
      for try await chunk in request.bodySequence {
        guard bytes.count + chunk.count <= ScoreFolder.mostBytes else {
          return plain(.payloadTooLarge, tooLong, closes: true)
        }
        bytes += chunk
      }
      let name = request.query.first { $0.name == "name" }?.value ?? ""
      let path = try scores.store(bytes, as: name)
      if let problem = await hub.use(score: path) {
        return plain(.unprocessableContent, problem + "\n")
      }
      return plain(.ok, "")
    } catch {
      return plain(.internalServerError, "\(error)\n", closes: true)
    }
  }

  private func plain(
    _ status: HTTPStatusCode, _ text: String, closes: Bool = false
  ) -> HTTPResponse {
    var headers = Self.headers
    headers[.contentType] = "text/plain; charset=utf-8"
    if closes { headers[.connection] = "close" }
    return HTTPResponse(statusCode: status, headers: headers, body: Data(text.utf8))
  }

  private static var headers: HTTPHeaders {
    [
      .cacheControl: "no-cache", HTTPHeader("X-Content-Type-Options"): "nosniff",
      HTTPHeader("Referrer-Policy"): "no-referrer",
      HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
    ]
  }

  /// Nothing from elsewhere, and in nobody's frame.
  private static func policy(_ host: String) -> String {
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
      + "connect-src 'self' ws://\(host); base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  }
}
