import NIOHTTP1
import Testing

@testable import DivisiStudio

/// Who may ask, and for what.
@Suite struct RequestTests {
  private let secret = Secret(port: 8080)

  private func head(
    _ method: HTTPMethod, _ uri: String, host: String? = "127.0.0.1:8080", origin: String? = nil,
    cookie: String? = nil, more: [(String, String)] = []
  ) -> HTTPRequestHead {
    var headers = HTTPHeaders(more)
    if let host { headers.add(name: "Host", value: host) }
    if let origin { headers.add(name: "Origin", value: origin) }
    headers.add(name: "Cookie", value: cookie ?? "other=1; divisi_studio_8080=\(secret.text)")
    return HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
  }

  private func status(_ head: HTTPRequestHead) -> HTTPResponseStatus? {
    do throws(Answer.Refusal) {
      _ = try StudioRequest(head, secret: secret)
      return nil
    } catch {
      return error.status
    }
  }

  private let own = "http://127.0.0.1:8080"

  @Test func whoKnowsTheSecretMayAsk() {
    #expect(status(head(.GET, "/")) == nil)
    #expect(status(head(.GET, "/?secret=\(secret.text)", cookie: "")) == nil)
    #expect(status(head(.POST, "/api/projects", origin: own)) == nil)
  }

  @Test func othersMayNot() {
    let wrong = String(secret.text.reversed())
    #expect(status(head(.GET, "/", cookie: "")) == .forbidden)
    #expect(status(head(.GET, "/?secret=\(wrong)", cookie: "")) == .forbidden)
    #expect(status(head(.GET, "/?secret=", cookie: "")) == .forbidden)
    #expect(status(head(.GET, "/", cookie: "divisi_studio_8080=\(wrong)")) == .forbidden)
    #expect(
      status(head(.GET, "/", cookie: "divisi_studio_8081=\(secret.text)")) == .forbidden,
      "another port's cookie")
    #expect(
      status(head(.GET, "/api/studio?secret=\(secret.text)", cookie: "")) == .forbidden,
      "the secret in the address opens the page only")
  }

  @Test func otherPagesMayNot() {
    #expect(status(head(.GET, "/", host: "evil.example")) == .forbidden)
    #expect(status(head(.GET, "/", host: nil)) == .forbidden)
    #expect(status(head(.POST, "/api/projects")) == .forbidden, "a browser says who asks")
    #expect(status(head(.POST, "/api/projects", origin: "http://127.0.0.1:8081")) == .forbidden)
    #expect(status(head(.DELETE, "/api/projects/x/job", origin: "null")) == .forbidden)
    #expect(status(head(.GET, "/api/studio", origin: "http://evil.example")) == .forbidden)
  }

  @Test func bodiesAreBounded() {
    func put(_ kind: String, _ count: String) -> HTTPResponseStatus? {
      status(
        head(
          .PUT, "/api/projects/x/\(kind)?name=a", origin: own, more: [("Content-Length", count)]))
    }
    #expect(put("recording", "\(4 << 30)") == nil)
    #expect(put("recording", "\(4 << 30 + 1)") == .payloadTooLarge)
    #expect(put("score", "\(64 << 20 + 1)") == .payloadTooLarge)
    #expect(put("desk", "\(1 << 20 + 1)") == .payloadTooLarge)
    #expect(put("score", "many") == .lengthRequired)
    #expect(put("score", "-1") == .lengthRequired)
    let chunked = head(
      .PUT, "/api/projects/x/score", origin: own, more: [("Transfer-Encoding", "chunked")])
    #expect(status(chunked) == .lengthRequired)
  }

  @Test func pathsAreTakenApart() throws {
    let request = try StudioRequest(
      head(.PUT, "/api/projects/a%2F..%2Fb+c/score?name=x%2Fy+z.mid", origin: own), secret: secret)
    #expect(request.path == ["api", "projects", "a/../b+c", "score"])
    let upload = try #require(request.upload)
    #expect(upload.kind == .score && upload.name == "x/y z.mid" && upload.project == "a/../b+c")
  }

  @Test func secretsDiffer() {
    #expect(secret.text.count == 64 && secret.text != Secret(port: 8080).text)
    #expect(
      secret.cookieHeader.contains("HttpOnly") && secret.cookieHeader.contains("SameSite=Strict"))
  }
}
