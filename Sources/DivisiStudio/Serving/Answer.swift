import FoundationEssentials
import NIOHTTP1
import WebServing

/// What a browser is told.
struct Answer: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    /// A file, which is sent as it is.
    case file(OpenFile)
  }

  var status = HTTPResponseStatus.ok
  var type = "application/json"
  var body = Body.bytes([])
  var headers: [(String, String)] = []

  /// Why something is not done.
  struct Refusal: Error, CustomStringConvertible {
    let status: HTTPResponseStatus
    let text: String
    var description: String { text }

    init(_ status: HTTPResponseStatus, _ text: String) {
      self.status = status
      self.text = text
    }

    var answer: Answer {
      Answer(
        status: status, type: "text/plain; charset=utf-8", body: .bytes(Array((text + "\n").utf8)))
    }
  }

  /// A value as JSON.
  static func json(_ value: some Encodable) throws -> Answer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return Answer(body: .bytes(Array(try encoder.encode(value))))
  }

  /// That something was done, and there is nothing to say.
  static let done = Answer(body: .bytes(Array("{}".utf8)))

  /// A file for scripts.
  static func file(_ path: String) throws -> Answer {
    guard let file = OpenFile(path) else { throw Refusal(.notFound, "expected a file") }
    return Answer(body: .file(file))
  }

  /// Numbers for scripts.
  static func binary(_ bytes: [UInt8]) -> Answer {
    Answer(type: "application/octet-stream", body: .bytes(bytes))
  }

  /// A file to be kept.
  ///
  /// - Parameters:
  ///   - name: what the browser is to call it.
  ///   - isTemporary: whether it was made for this, and is gone afterwards.
  static func download(
    _ path: String, type: String, as name: String, isTemporary: Bool = false
  ) throws -> Answer {
    guard let file = OpenFile(path, isTemporary: isTemporary) else {
      throw Refusal(.notFound, "expected a file")
    }
    return Answer(type: type, body: .file(file), headers: [disposition(name)])
  }

  /// The same of bytes.
  static func download(_ bytes: [UInt8], type: String, as name: String) -> Answer {
    Answer(type: type, body: .bytes(bytes), headers: [disposition(name)])
  }

  private static func disposition(_ name: String) -> (String, String) {
    let plain = String(name.map { $0.isASCII && $0 != "\"" && $0 != "\\" ? $0 : "_" })
    return (
      "Content-Disposition",
      "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(RequestTarget.encoded(name))"
    )
  }
}
