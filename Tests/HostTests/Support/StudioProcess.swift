import Foundation
import Testing

/// The studio as people start it, with a folder of projects of its own.
final class StudioProcess {
  let folder: TemporaryFolder
  private let child: Child
  /// The address that it has printed, with the secret; and without.
  let url: String
  let place: String
  private var cookie = ""

  init(_ arguments: [String] = []) throws {
    folder = try TemporaryFolder()
    child = try Child(
      Project.program("divisi-studio", withPlugin: false),
      arguments + ["--projects", folder.file("projects"), "--port", "0", "--no-browser"])
    let start = "Divisi Studio at "
    let line = try #require(child.line(beginning: start), "\(child.errors)")
    url = String(line.dropFirst(start.count))
    place = String(url.dropFirst("http://".count).prefix { $0 != "/" })
    let head = try answer("GET \(url.dropFirst("http://".count + place.count)) HTTP/1.1").head
    cookie = String(
      head.split(separator: "\r\n").first { $0.hasPrefix("Set-Cookie: ") }?
        .dropFirst("Set-Cookie: ".count).prefix { $0 != ";" } ?? "")
  }

  func file(_ path: String) -> String { folder.file("projects/" + path) }

  /// All files of all projects.
  var files: [String] { folder.files.map { String($0.dropFirst("projects/".count)) } }

  /// What comes back for a request that the page could make.
  func ask(
    _ method: String, _ path: String, body: [UInt8] = [], more: String = ""
  ) throws -> (status: Int, body: [UInt8]) {
    let length = method == "GET" ? "" : "\r\nContent-Length: \(body.count)"
    let answer = try answer(
      "\(method) \(path) HTTP/1.1\r\nCookie: \(cookie)\r\nOrigin: http://\(place)\(length)\(more)",
      body: body)
    return (answer.status, answer.body)
  }

  /// What comes back for a head without its last lines, and a body.
  func answer(
    _ head: String, host: String? = nil, body: [UInt8] = []
  ) throws -> (status: Int, head: String, body: [UInt8]) {
    let connection = try WebConnection("http://\(place)/")
    connection.send(
      Array("\(head)\r\nHost: \(host ?? place)\r\nConnection: close\r\n\r\n".utf8) + body)
    let reply = connection.receive { $0.hasWholeAnswer }
    let rest = Array(reply.afterHeaders ?? [])
    let text = String(decoding: reply.dropLast(rest.count), as: UTF8.self)
    return (Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0, text, rest)
  }

  /// A cookie that knows the secret.
  var knownCookie: String { cookie }

  /// Waits until a condition holds, as long as it runs.
  func wait(until condition: () -> Bool) -> Bool { child.wait(until: condition) }

  /// Waits until it has kept how a project stands, with words as JavaScript writes them.
  func keeps(_ words: [String], of project: String) -> Bool {
    wait {
      let desk = (try? ask("GET", "/api/projects/\(project)/desk").body) ?? []
      let text = String(decoding: desk, as: UTF8.self)
      return words.allSatisfy { text.contains($0) }
    }
  }

  /// Ends it, and says how.
  func end() -> Int32 {
    child.send(SIGTERM)
    return child.wait()
  }
}
