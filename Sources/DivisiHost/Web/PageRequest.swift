// Thread: page

internal import NIOHTTP1
import WebServing

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
  ].merging(SharedPage.files) { own, _ in own }

  /// Reads a request's head, which says all that has to be known before its body is read.
  ///
  /// - Parameter openly: whether others than this machine may ask.
  init(_ head: HTTPRequestHead, openly: Bool) throws(Refusal) {
    let origin = PageOrigin(head.headers)
    guard origin.isAddressed(openly: openly) else {
      throw Refusal(.forbidden, "expected the address of this page as Host")
    }
    let (path, query) = RequestTarget.split(head.uri)
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
}
