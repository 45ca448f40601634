import NIOHTTP1
import WebServing

/// A browser's request, as far as its head says what it is.
struct StudioRequest: Sendable {
  let method: HTTPMethod
  /// The parts of the path between slashes, decoded.
  let path: [String]
  let query: [String: String]
  /// Bytes of its body.
  let bodyCount: Int

  /// A file that is to be put into a project's folder.
  struct Upload: Sendable {
    let project: String
    let kind: UploadKind
    let name: String
  }

  /// The most bytes of a body that is no file.
  static let mostBytes = 1 << 20

  /// Reads a head, and refuses who may not ask.
  ///
  /// - Parameter secret: of the page.
  init(_ head: HTTPRequestHead, secret: Secret) throws(Answer.Refusal) {
    let origin = PageOrigin(head.headers)
    guard origin.isAddressed(openly: false) else {
      throw Answer.Refusal(.forbidden, "expected the address of this page as Host")
    }
    let (text, query) = RequestTarget.split(head.uri)
    let isPage = head.method == .GET && text == "/"
    guard
      secret.isKnown(to: head.headers["Cookie"])
        || isPage && query["secret"].map(secret.matches) == true
    else {
      throw Answer.Refusal(
        .forbidden, "expected the address with its secret, as divisi-studio has printed it")
    }
    let changes = head.method != .GET && head.method != .HEAD
    // What changes something is for this page alone: a browser says who asks.
    guard changes || head.headers.contains(name: "Origin") ? origin.isOwn(openly: false) : true
    else { throw Answer.Refusal(.forbidden, "expected this page as Origin") }
    method = head.method
    path = text.split(separator: "/").map { RequestTarget.decoded($0, plusIsSpace: false) }
    self.query = query
    guard RequestTarget.hasBody(head) else {
      bodyCount = 0
      return
    }
    guard let count = head.headers.first(name: "Content-Length").flatMap({ Int($0) }), count >= 0
    else { throw Answer.Refusal(.lengthRequired, "expected Content-Length") }
    bodyCount = count
    let limit = upload?.kind.mostBytes ?? Self.mostBytes
    guard count <= limit else {
      throw Answer.Refusal(.payloadTooLarge, "expected at most \(limit >> 20) MB")
    }
  }

  /// `PUT /api/projects/ID/recording?name=NAME`, or `score`.
  var upload: Upload? {
    guard method == .PUT, path.count == 4, path[0] == "api", path[1] == "projects",
      let kind = UploadKind(rawValue: path[3])
    else { return nil }
    return Upload(project: path[2], kind: kind, name: query["name"] ?? "")
  }
}

extension StudioRequest {
  /// How long its answer may take.
  var kind: StudioThreads.Kind {
    guard path.count >= 4, path[0] == "api", path[1] == "projects" else { return .quick }
    switch path[3] {
    case "download": return .making
    case "peaks", "spectrum": return .waiting
    case "pcm":
      return query["speed"] ?? "100" != "100" || query["pitch"] ?? "0" != "0" ? .waiting : .quick
    default: return .quick
    }
  }
}

/// What may be sent.
enum UploadKind: String, Sendable {
  case recording, score

  /// The most bytes: four hours of stereo in 24 bits; the longest score that is read.
  var mostBytes: Int {
    switch self {
    case .recording: 4 << 30
    case .score: 64 << 20
    }
  }
}
