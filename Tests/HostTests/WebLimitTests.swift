import Foundation
import Testing

/// What those cost who want nothing of the mixer page, or too much.
@Suite(.serialized) struct WebLimitTests {
  /// Starts the host with a page where only so many files may be open at once.
  private static func page(
    _ server: Server, fileCount: Int, _ arguments: [String] = Polonaise.arguments
  ) throws -> (host: Child, url: String) {
    let host = try Child(
      "bash",
      ["-c", "ulimit -n \(fileCount); exec \"$@\"", "bash", try Project.program("divisi-host")]
        + arguments + ["--name", "plug", "--exact", "--no-connect", "--web", "0"],
      environment: server.environment)
    let start = "mixer page at "
    let line = try #require(host.line(beginning: start), "\(host.errors)")
    return (host, String(line.dropFirst(start.count)))
  }

  /// Seconds of processor time that the threads of a process have had whose names begin in some way.
  private static func processorTime(of host: Child, threads name: String) throws -> Double {
    let folder = "/proc/\(host.identifier)/task/"
    var ticks = 0
    for task in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let text = try String(contentsOfFile: folder + task + "/stat", encoding: .utf8)
      guard text.contains("(\(name)"), let end = text.lastIndex(of: ")") else { continue }
      let fields = text[end...].split(separator: " ")
      ticks += (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
    }
    return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Who asks and asks, and reads no answer, gets one at a time; others are answered meanwhile.
  @Test func answersAreNotKeptForThoseWhoReadNone() throws {
    let server = try Server()
    let (host, url) = try Self.page(server, fileCount: 256)
    let place = String(url.dropFirst("http://".count).dropLast())
    let request = "GET /mixer.js HTTP/1.1\r\nHost: \(place)\r\n\r\n"
    func memory() throws -> Int {
      let text = try String(
        contentsOfFile: "/proc/\(host.identifier)/status", encoding: .utf8)
      let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
      return try #require(line.flatMap { Int($0.filter(\.isNumber)) })
    }
    let before = try memory()
    var greedy = try (0..<4).map { _ in try WebConnection(url, isSlow: true) }
    let requests = Array(String(repeating: request, count: 2000).utf8)
    for connection in greedy { connection.send(requests) }
    func isAnswered() throws {
      let answer = try WebConnection.answer("GET / HTTP/1.1\nHost: \(place)\n\n", at: url)
      #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
    }
    for _ in 0..<3 { try isAnswered() }
    // Of 8,000 answers of tens of kilobytes.
    #expect(try memory() - before < 64 << 10, "in kilobytes")
    greedy = []
    for _ in 0..<3 { try isAnswered() }
    // Who reads them gets all.
    let keen = try WebConnection(url)
    keen.send(Array(requests.prefix(request.utf8.count * 100)))
    let answers = keen.receive { $0.count(of: "HTTP/1.1 200 OK") == 100 }
    #expect(answers.count(of: "HTTP/1.1 200 OK") == 100)
    #expect(try host.value("gain_left") == 0)
  }

  /// As many connections as like to come leave files and the processor to the session.
  @Test func idleConnectionsDoNoHarm() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let (host, url) = try Self.page(server, fileCount: 64)
    let place = String(url.dropFirst("http://".count).dropLast())
    var idle = try (0..<120).map { _ in try WebConnection(url) }
    // Some are pages, which nobody ends because they are idle.
    for connection in idle.prefix(6) { connection.send(WebConnection.upgrade(to: place)) }
    #expect(
      host.wait { host.errors.contains("connections are open; more have to wait") },
      "\(host.errors)")
    let iterations = try host.value("iterations")
    _ = try host.ask("set gain_left -7.5", for: "gain_left")
    _ = try host.ask("save \(folder.file("kept"))", for: "saved")
    _ = try host.ask("preset hands", for: "preset hands")
    #expect(try host.value("iterations") != iterations)
    _ = try host.ask("score \(Polonaise.score)", for: "score")
    #expect(host.wait { host.errors.contains("left 153, right 74") }, "\(host.errors)")
    _ = try host.ask("load \(folder.file("kept"))", for: "loaded")
    #expect(try host.value("gain_left") == -7.5)
    #expect(try host.value("iterations") == iterations)
    // A thread that spins takes all that it can get in this time.
    let before = try Self.processorTime(of: host, threads: "NIO")
    sleep(3)
    #expect(try Self.processorTime(of: host, threads: "NIO") - before < 1)
    idle = []
    #expect(
      try WebConnection.answer("GET / HTTP/1.1\nHost: \(place)\n\n", at: url) == "HTTP/1.1 200 OK")
  }

  /// Without room for a connection there is no page, rather than one that cannot be reached.
  @Test func tooFewFilesAreSaid() throws {
    let server = try Server()
    let run = try Child.run(
      "bash",
      ["-c", "ulimit -n 30; exec \"$@\"", "bash", try Project.program("divisi-host")]
        + Polonaise.arguments + ["--no-connect", "--web", "0"],
      environment: server.environment)
    #expect(run.status == 1)
    #expect(
      run.errors.contains("mixer page: expected room for more than")
        && run.errors.contains("ulimit -n"), "\(run.errors)")
  }

  /// Who never comes to the end of a request is not waited for; a page that is there is, and is asked.
  @Test func slowRequestsEnd() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
    let place = String(url.dropFirst("http://".count).dropLast())
    let page = try WebConnection(url)
    page.send(WebConnection.upgrade(to: place))
    let silent = try WebConnection(url)
    let slow = try WebConnection(url)
    slow.send(Array("GET / HTTP/1.1\r\nHost: \(place)\r\nX: ".utf8))
    let isClosed = host.wait {
      slow.send([UInt8(ascii: "x")])
      usleep(100_000)
      return slow.isClosed
    }
    #expect(isClosed)
    #expect(silent.receive { _ in false } == [])
    // 89 00: a ping without data. News may come with it.
    func isAsked(_ heard: [UInt8]) -> Bool {
      zip(heard, heard.dropFirst()).contains { $0 == (0x89, 0) }
    }
    #expect(isAsked(page.receive(until: isAsked)))
    page.send([0x8A, 0x80, 1, 2, 3, 4])
    #expect(try host.value("gain_left") == 0)
  }

  /// What is refused is refused by its head; nobody has to send it first.
  @Test func refusalsComeFirst() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let (host, url) = try WebTests.page(
      server, Polonaise.arguments + ["--state", folder.file("state")])
    let place = String(url.dropFirst("http://".count).dropLast())
    for (headers, wanted) in [
      ("Origin: http://evil.example\nContent-Length: 1000", "403"),
      ("Origin: http://\(place)\nContent-Length: 16777217", "413"),
      ("Origin: http://\(place)\nTransfer-Encoding: chunked", "411"),
    ] {
      let line = try WebConnection.answer(
        "POST /score?name=a.mid HTTP/1.1\nHost: \(place)\n\(headers)\n\n", at: url)
      #expect(line.hasPrefix("HTTP/1.1 \(wanted) "), "\(headers): \(line)")
    }
    // Four of the longest may be on their way; the fifth is read after what was sent before it came.
    let head = "POST /score?name=a.mid HTTP/1.1\r\nHost: \(place)\r\nOrigin: http://\(place)\r\n"
    var many = try (0..<4).map { _ in try WebConnection(url) }
    for one in many { one.send(Array((head + "Content-Length: 16777216\r\n\r\nMThd").utf8)) }
    let line = try WebConnection.answer(
      head.replacing("\r", with: "") + "Content-Length: 16777216\n\n", at: url)
    #expect(line.hasPrefix("HTTP/1.1 503 "), "\(line)")
    many = []
    #expect(folder.files == [])
    #expect(try host.value("gain_left") == 0)
  }
}
