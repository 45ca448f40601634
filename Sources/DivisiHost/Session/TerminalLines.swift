import JackHosting
internal import CReadline
import Glibc
import Synchronization
import Terminal

/// What readline's callbacks, which know no object, leave for the prompt.
enum TerminalLines {
  private static let lines = Mutex<[String?]>([])

  /// Notes a line; nil is the end of all lines.
  static func add(_ line: String?) { lines.withLock { $0.append(line) } }

  /// Takes the lines that have become complete.
  static func take() -> [String?] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }
}

/// What the tabulator key offers.
enum Completion {
  /// Words by the command before them; commands are behind the empty one.
  private static let words = Mutex<[String: [String]]>([:])
  private static let found = Mutex<[String]>([])

  /// Lets readline ask here.
  static func install() {
    // Kept for ever: readline keeps the pointer.
    prompt_set_up(strdup("divisi-host")) { start, first, _ in
      let command = first == 0 ? "" : String(cString: prompt_line()).split(separator: " ").first
      guard let words = Completion.words.withLock({ $0[command.map(String.init) ?? ""] }) else {
        return nil  // readline offers files.
      }
      prompt_end_completion()
      let text = start.map { String(cString: $0) } ?? ""
      Completion.found.withLock { $0 = words.filter { $0.hasPrefix(text) }.reversed() }
      return rl_completion_matches(start) { _, _ in
        Completion.found.withLock { $0.popLast() }.flatMap { strdup($0) }
      }
    }
  }

  /// Says what there is to offer.
  static func offer(_ session: Session) {
    let plugin = session.hosted.plugin
    let controls = plugin.ports(.control, isInput: true).map(\.symbol)
    words.withLock {
      guard $0.isEmpty else { return }
      $0[""] = Session.commands.map { String($0.0.prefix { $0 != " " }) }
      for command in ["set", "get", "map", "learn", "unmap"] { $0[command] = controls }
      $0["preset"] = PluginSearch.presets(of: plugin).map(\.name)
      // readline shows words as they are.
      $0 = $0.mapValues { $0.filter { $0 == $0.printable } }
    }
  }
}
