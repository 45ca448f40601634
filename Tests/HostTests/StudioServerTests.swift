import AudioFiles
import Foundation
import Testing

/// The studio's server, asked for what no page would ask.
@Suite struct StudioServerTests {
  @Test func othersAreRefused() throws {
    let studio = try StudioProcess()
    #expect(try studio.ask("GET", "/").status == 200)
    #expect(try studio.ask("GET", "/api/studio").status == 200)
    #expect(try studio.answer("GET / HTTP/1.1").status == 403, "no secret")
    #expect(try studio.answer("GET /api/studio HTTP/1.1").status == 403)
    #expect(try studio.answer("GET /app.js HTTP/1.1").status == 403)
    #expect(try studio.answer("GET /?secret=00 HTTP/1.1").status == 403)
    let cookie = "Cookie: \(studio.knownCookie)"
    let evil = try studio.answer("GET / HTTP/1.1\r\n\(cookie)", host: "evil.example")
    #expect(evil.status == 403, "another name that leads here")
    let other = try studio.answer(
      "POST /api/projects HTTP/1.1\r\n\(cookie)\r\nOrigin: http://evil.example\r\nContent-Length: 0"
    )
    #expect(other.status == 403, "another page")
    let page = try studio.answer("GET / HTTP/1.1\r\n\(cookie)")
    #expect(page.head.contains("Content-Security-Policy: default-src 'none'; script-src 'self'"))
    #expect(studio.files.isEmpty)
    #expect(studio.end() == 0)
  }

  @Test func pathsLeadNowhereElse() throws {
    let studio = try StudioProcess()
    let made = try studio.ask(
      "POST", "/api/projects", body: Array(#"{"name":"../../../tmp/x"}"#.utf8))
    #expect(String(decoding: made.body, as: UTF8.self) == #"{"id":"x"}"#)
    #expect(studio.files == ["x/studio.json"])
    for path in [
      "/../etc/passwd", "/api/projects/..%2F..%2F..%2Fetc", "/api/projects/%2e%2e/score",
      "/api/projects/x/../../etc", "/api/projects/x/download/..%2F..%2Fstudio.json",
      "/api/projects/x%00/peaks", "/%2e%2e/studio.json", "/api/projects//", "/desk.css/..",
      "/api/projects/x/download/stem?name=../../../etc/passwd",
    ] {
      let status = try studio.ask("GET", path).status
      #expect(status == 404, "\(path): \(status)")
    }
    let sent = try studio.ask(
      "PUT", "/api/projects/x/score?name=..%2F..%2Fover.mid",
      body: Array(try Data(contentsOf: URL(fileURLWithPath: Polonaise.score))))
    #expect(sent.status == 200)
    #expect(studio.files == ["x/score/over.mid", "x/studio.json"])
  }

  /// Twenty files that are neither recordings nor scores: each is refused in a line that names it, and nothing stays.
  @Test func malformedFilesAreRefused() throws {
    let studio = try StudioProcess()
    let sound = Array(try Data(contentsOf: URL(fileURLWithPath: Polonaise.mix)))
    let score = Array(try Data(contentsOf: URL(fileURLWithPath: Polonaise.score)))
    var random = SystemRandomNumberGenerator()
    let noise = (0..<4096).map { _ in random.next() as UInt8 | 0x80 }
    let bodies: [(String, [UInt8])] = [
      ("recording", []), ("recording", noise), ("recording", Array("RIFF".utf8)),
      ("recording", Array("RIFF\u{0}\u{0}\u{0}\u{0}WAVEfmt ".utf8)),
      ("recording", Array("fLaC".utf8)),
      ("recording", Array(sound.prefix(20))), ("recording", score),
      ("recording", Array("<html>".utf8)),
      ("recording", Array("OggS".utf8) + noise),
      ("recording", [UInt8](repeating: 0, count: 10_000)),
      ("score", []), ("score", noise), ("score", Array("MThd".utf8)),
      ("score", Array(score.prefix(30))),
      ("score", Array("PK\u{3}\u{4}".utf8) + noise), ("score", Array("<score-partwise>".utf8)),
      ("score", Array("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>".utf8)),
      ("score", Array("start;duration;pitch;velocity;label\nx;y;z\n".utf8)), ("score", sound),
      ("score", Array("{}".utf8)),
    ]
    for (index, (kind, bytes)) in bodies.enumerated() {
      _ = try studio.ask("POST", "/api/projects", body: Array(#"{"name":"x"}"#.utf8))
      let answer = try studio.ask(
        "PUT", "/api/projects/x/\(kind)?name=bad%20\(index)", body: bytes)
      let text = String(decoding: answer.body, as: UTF8.self)
      #expect(answer.status == 422, "\(index): \(text)")
      #expect(
        text.contains("bad \(index)") && text.hasSuffix("\n") && !text.contains("/projects/"),
        "\(text)")
      #expect(studio.files.isEmpty, "\(index): a project without a file")
    }
    _ = try studio.ask("POST", "/api/projects", body: Array(#"{"name":"x"}"#.utf8))
    let late = try studio.answer(
      "PUT /api/projects/x/score?name=big HTTP/1.1\r\nCookie: \(studio.knownCookie)\r\nOrigin: http://\(studio.place)\r\nContent-Length: \(65 << 20)"
    )
    #expect(late.status == 413)
  }

  /// An upload that is cut off leaves nothing behind.
  @Test func cutOffUploadsLeaveNothing() throws {
    let studio = try StudioProcess()
    _ = try studio.ask("POST", "/api/projects", body: Array(#"{"name":"x"}"#.utf8))
    do {
      let connection = try WebConnection("http://\(studio.place)/")
      connection.send(
        Array(
          "PUT /api/projects/x/recording?name=a.wav HTTP/1.1\r\nHost: \(studio.place)\r\nCookie: \(studio.knownCookie)\r\nOrigin: http://\(studio.place)\r\nContent-Length: 1000\r\n\r\nRIFF"
            .utf8))
      #expect(studio.wait { studio.files.contains { $0.hasPrefix("x/.upload-") } })
    }
    #expect(studio.wait { studio.files == ["x/studio.json"] }, "\(studio.files)")
  }

  /// Who started it from a menu sees no terminal.
  @Test func aMenuNeedsNoTerminal() throws {
    let folder = try TemporaryFolder()
    let run = try Child.run(
      Project.program("divisi-studio", withPlugin: false),
      ["--end-after", "0.1", "--projects", folder.path, "--port", "0", "--no-browser"])
    #expect(run.status == 0 && run.errors.isEmpty, "it ends by itself: \(run.errors)")
    let studio = try StudioProcess([Polonaise.score, "--end-after", "600"])
    func overview() throws -> String {
      String(decoding: try studio.ask("GET", "/api/studio").body, as: UTF8.self)
    }
    #expect(try overview().contains("score.mid: expected"))
    #expect(try !overview().contains("problem"), "it is said once")
    #expect(studio.files.isEmpty)
  }

  /// A recording alone may be of drums, or its score is still to come.
  @Test func aRecordingAloneWaits() throws {
    let studio = try StudioProcess([Polonaise.mix])
    let text = String(
      decoding: try studio.ask("GET", "/api/projects/polonaise").body, as: UTF8.self)
    #expect(text.contains(#""recording":"mix.flac""#) && text.contains(#""preset":"drums""#))
    #expect(!text.contains("\"job\"") && !text.contains("\"take\""), "\(text)")
  }

  /// What a page says by being open, others cannot say.
  @Test func onlyThePageIsThere() throws {
    let studio = try StudioProcess()
    let socket = """
      GET /presence HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      """
    let cookie = "\r\nCookie: \(studio.knownCookie)"
    let own = "\r\nOrigin: http://\(studio.place)"
    for (more, status) in [
      (cookie + own, 101), (own, 403), (cookie, 404),
      (cookie + "\r\nOrigin: http://evil.example", 403),
    ] {
      let connection = try WebConnection("http://\(studio.place)/")
      connection.send(Array("\(socket)\(more)\r\nHost: \(studio.place)\r\n\r\n".utf8))
      let head = String(
        decoding: connection.receive { $0.contains(UInt8(ascii: "\n")) }, as: UTF8.self)
      #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(more): \(head)")
    }
  }

  /// What is separated here is bit for bit what the command line makes.
  @Test func stemsAreThoseOfTheCommandLine() throws {
    // A file manager gives files in an order of its own.
    let studio = try StudioProcess([Polonaise.score, Polonaise.mix])
    // Who says nothing takes nobody's place for long; who is known may stay.
    let known = try WebConnection("http://\(studio.place)/")
    let question = Array(
      "GET /app.js HTTP/1.1\r\nHost: \(studio.place)\r\nCookie: \(studio.knownCookie)\r\n\r\n".utf8)
    known.send(question)
    #expect(known.receive { $0.hasWholeAnswer }.hasWholeAnswer)
    let silent = try WebConnection("http://\(studio.place)/")
    var text = ""
    _ = studio.wait {
      let answer = (try? studio.ask("GET", "/api/projects/polonaise").body) ?? []
      text = String(decoding: answer, as: UTF8.self)
      return text.contains("\"take\"") || text.contains("failed")
    }
    let run = try Child.run(
      Project.program("divisi", withPlugin: false),
      [
        "separate", Polonaise.mix, "--score", Polonaise.score, "--residual", "--filename", "{part}",
        "-o", studio.folder.file("expected"),
      ])
    try #require(run.status == 0, "\(run.errors)")
    for name in ["left.flac", "right.flac", "residual.flac"] {
      #expect(
        try studio.folder.data("expected/" + name)
          == studio.folder.data("projects/polonaise/takes/1/" + name), "\(name): \(text)")
    }
    // In pieces, as the page gets them.
    let stems = try ["left", "right", "residual"].map {
      try AudioFile.read(path: studio.folder.file("expected/\($0).flac")).channels[0]
    }
    let piece = try studio.ask("GET", "/api/projects/polonaise/pcm?from=500000&count=1000").body
    let samples = piece.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(samples == stems.flatMap { Array($0[500_000..<501_000]) })
    for query in [
      "from=-1&count=5", "from=0&count=65537", "from=0&count=0", "count=1",
      "from=0&count=9&speed=39",
      "from=0&count=9&pitch=7",
    ] {
      #expect(
        try studio.ask("GET", "/api/projects/polonaise/pcm?\(query)").status == 400, "\(query)")
    }
    let past = try studio.ask("GET", "/api/projects/polonaise/pcm?from=99999999&count=10").body
    #expect(past == [UInt8](repeating: 0, count: 120), "silent behind the end")
    #expect(silent.receive { _ in false }.isEmpty)
    known.send(question)
    #expect(known.receive { $0.hasWholeAnswer }.hasWholeAnswer)
  }
}
