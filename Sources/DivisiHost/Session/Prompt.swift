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
      let answers = try session.perform(line) { [weak self] result in
        // What a plugin calls an error is in the log, and so has been shown.
        if case .success(let answers) = result { self?.tell(answers) }
      }
      answers.forEach { say($0) }
    } catch {
      printError("\(error)")
    }
  }

  func update(_ session: Session) { meters?.show(session) }

  func log(_ text: String) {
    showAbove { put(text + "\n", to: STDERR_FILENO) }
  }

  /// Says what was not known when it was asked for.
  private func tell(_ answers: [String]) {
    showAbove { answers.forEach { say($0) } }
  }

  /// Writes lines above the one that is being typed.
  private func showAbove(_ write: () -> Void) {
    guard isTerminal else { return write() }
    rl_clear_visible_line()
    write()
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
