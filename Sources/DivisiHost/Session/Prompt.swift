// Thread: setup

import JackHosting
internal import CReadline
import Glibc
import Terminal

/// Commands on standard input: with history and completion in a terminal, as plain lines elsewhere.
final class Prompt: Surface {
  private let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
  private var input = LineReader()
  /// What has been read and not done.
  private var lines: [String] = []
  private var meters: Meters?

  var descriptor: Int32? { input.isAtEnd ? nil : STDIN_FILENO }
  var hasWork: Bool { !lines.isEmpty }

  init() {
    guard isTerminal else { return }
    Completion.install()
    showPrompt()
  }

  /// Lets a line be typed.
  private func showPrompt() {
    rl_callback_handler_install("> ") { line in
      TerminalLines.add(line.map { String(cString: $0) })
      free(line)
      // Until the answer is there: else the next prompt would come before it.
      rl_callback_handler_remove()
    }
  }

  /// Whether commands may be read: not from a terminal that is another program's too.
  static func isWelcome(_ isManaged: Bool) -> Bool {
    !isManaged || isatty(STDIN_FILENO) != 1 || tcgetpgrp(STDIN_FILENO) == getpid()
  }

  func serve(_ session: Session) {
    guard isTerminal else {
      if lines.isEmpty { lines = input.read() }
      var cost = 0
      while !lines.isEmpty, cost < Work.perSender, !session.isOver {
        let line = lines.removeFirst()
        cost += Work.cost(ofCommand: line.prefix { $0 != " " })
        obey(line, session)
      }
      return
    }
    Completion.offer(session)
    rl_callback_read_char()
    for line in TerminalLines.take() {
      guard let line else {
        session.isOver = true
        return
      }
      if !line.isEmpty { add_history(line) }
      obey(line, session)
      if !session.isOver { showPrompt() }
    }
  }

  private func obey(_ line: String, _ session: Session) {
    if isTerminal && line.trimmed == "monitors" {
      meters = meters == nil ? Meters(session) : nil
      return
    }
    do {
      for answer in try session.perform(line) { say(answer) }
    } catch {
      printError("\(error)")
    }
  }

  func update(_ session: Session) { meters?.show(session) }

  /// Writes a line above the one that is being typed.
  func log(_ text: String) {
    let line = text + "\n"
    guard isTerminal else { return put(line, to: STDERR_FILENO) }
    rl_clear_visible_line()
    put(line, to: STDERR_FILENO)
    rl_on_new_line()
    rl_redisplay()
  }

  func close() {
    guard isTerminal else { return }
    meters = nil
    rl_callback_handler_remove()
    put("\n", to: STDOUT_FILENO)
  }
}
