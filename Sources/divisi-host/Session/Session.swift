// Thread: setup

import Glibc
import LV2Hosting

/// What goes on beside the sound: commands, messages, the server's doings.
///
/// Everything that is not the audio thread's or the worker's happens here, on one thread, so that
/// further ways of control only have to put commands in.
final class Session {
  private let client: JackClient
  private let prompt: Prompt
  private let hosted: HostedPlugin
  private var input = LineReader()
  private let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
  /// How often messages are looked for, in milliseconds.
  private static let interval: Int32 = 50

  init(client: JackClient, hosted: HostedPlugin, folder: String?) {
    self.client = client
    self.hosted = hosted
    prompt = Prompt(client: client, hosted: hosted, folder: folder)
  }

  /// Serves until somebody has had enough, or the server goes.
  func run() {
    showPrompt()
    while !Stop.isWanted && !client.isGone {
      var source = pollfd(fd: input.isAtEnd ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      if poll(&source, 1, Self.interval) > 0 {
        for line in input.read() {
          guard prompt.obey(line) else { return }
          showPrompt()
        }
        if input.isAtEnd && isTerminal { return }
      }
      hosted.log.show()
      prompt.listen()
      client.updateLatency()
    }
  }

  private func showPrompt() {
    if isTerminal { put("> ", to: STDOUT_FILENO) }
  }
}

/// Lines from standard input, as they become complete.
struct LineReader {
  private var bytes: [UInt8] = []
  private(set) var isAtEnd = false

  /// Reads what is there, and returns the lines that it completes.
  mutating func read() -> [String] {
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
    if count > 0 {
      bytes += chunk[..<count]
    } else if count == 0 || errno != EINTR && errno != EAGAIN {
      isAtEnd = true
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
    }
    var lines: [String] = []
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(String(decoding: bytes[..<end], as: UTF8.self))
      bytes.removeFirst(end + 1)
    }
    return lines
  }
}
