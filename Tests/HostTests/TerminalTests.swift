import Foundation
import Testing

/// The host as somebody sees it who types.
@Suite struct TerminalTests {
  /// A terminal's two ends.
  private final class Terminal {
    let near: FileHandle
    let far: FileHandle
    private var screen = Screen()
    /// Bytes that were read, and not yet shown.
    private var unshown: [UInt8] = []

    init() throws {
      // Linux's own requests, since Swift sees neither `posix_openpt` nor `unlockpt`.
      let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
      let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      try #require(descriptor >= 0)
      near = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      var number: Int32 = 0
      try #require(ioctl(descriptor, setLock, &number) == 0)
      try #require(ioctl(descriptor, getNumber, &number) == 0)
      let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
      try #require(other >= 0)
      far = FileHandle(fileDescriptor: other, closeOnDealloc: true)
      var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
      try #require(ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0)
      try #require(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
    }

    /// Takes what has been written.
    private func read() {
      var chunk = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = Glibc.read(near.fileDescriptor, &chunk, chunk.count)
        guard count > 0 else { break }
        unshown += chunk[..<count]
      }
      let count = Screen.wholeCount(of: unshown)
      screen.show(String(decoding: unshown[..<count], as: UTF8.self))
      unshown.removeFirst(count)
    }

    func type(_ keys: String) { near.write(Data(keys.utf8)) }

    /// Waits until the screen looks as it should, and gives its lines.
    func lines(
      of host: Child, until isRight: @escaping ([String]) -> Bool,
      location: SourceLocation = #_sourceLocation
    ) throws -> [String] {
      let hasCome = host.wait {
        self.read()
        return isRight(self.screen.lines)
      }
      let text = screen.lines.joined(separator: "\n")
      try #require(hasCome, "\(text)", sourceLocation: location)
      return screen.lines
    }

    var line: String { screen.lines[screen.row] }
  }

  @Test func metersLeaveThePromptAlone() throws {
    let server = try Server()
    let terminal = try Terminal()
    let host = try Child(
      Project.program("divisi-host"),
      ["--preset", "drums-fast", "--name", "plug", "--no-connect"],
      environment: server.environment.merging(["TERM": "xterm"]) { $1 }, terminal: terminal.far)
    _ = try terminal.lines(of: host) { $0.contains(">") }
    terminal.type("monitors\r")
    let isDrawn = { (lines: [String]) in lines[23].hasPrefix("xruns") && lines[17].hasPrefix("Kick")
    }
    _ = try terminal.lines(of: host, until: isDrawn)
    // Commands scroll above; their answers follow what was typed.
    for _ in 0..<4 { terminal.type("get gain_kick\r") }
    terminal.type("set gain_sn\t-6\r")
    terminal.type("bogus\r")
    terminal.type("set gain_ki")
    // The cursor is elsewhere while meters are drawn.
    let lines = try terminal.lines(of: host) { lines in
      terminal.line == "> set gain_ki" && isDrawn(lines)
    }
    let at = try #require(lines.firstIndex(of: "gain_snare = -6"))
    #expect(lines[at - 1].filter { $0 != " " } == ">setgain_snare-6")
    #expect(lines[at + 1] == "> bogus")
    #expect(lines[at + 2] == "divisi-host: bogus: expected a command ('help' lists them)")
    #expect(lines[18].hasPrefix("Snare") && lines[18].hasSuffix("off"))
    // Meters off: their lines are free again, and what is being typed goes on.
    terminal.type("ck 3\rmonitors\rget gain_kick\r")
    let after = try terminal.lines(of: host) { lines in
      !lines[23].hasPrefix("xruns") && lines.contains("gain_kick = 3")
        && lines.contains("> get gain_kick")
    }
    #expect(!after.contains { $0.contains("░") })
    terminal.type("quit\r")
    #expect(host.wait() == 0)
  }
}
