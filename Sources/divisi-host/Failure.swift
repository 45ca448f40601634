import ArgumentParser
import Glibc

/// What went wrong, as one line for standard error, and the exit code for it.
struct Failure: Error, CustomStringConvertible {
  let description: String
  let code: Int32

  init(_ description: String, code: Int32 = 1) {
    self.description = description
    self.code = code
  }

  /// The service that is needed is not there (`EX_UNAVAILABLE`).
  static let unavailable: Int32 = 69
}

/// Runs a command's work; an error becomes one line on standard error and an exit code.
func reporting<Result>(_ work: () throws -> Result) throws -> Result {
  do {
    return try work()
  } catch let error as ExitCode {
    throw error
  } catch let error as ValidationError {
    throw error
  } catch {
    complain("\(error)")
    throw ExitCode((error as? Failure)?.code ?? 1)
  }
}

/// Writes one line to standard error.
func complain(_ text: String) {
  put("divisi-host: \(text.printable)\n", to: STDERR_FILENO)
}

/// Writes one line or more to standard output, at once.
func say(_ text: String) { put(text + "\n", to: STDOUT_FILENO) }

/// Writes all of a text, unless nobody reads it.
func put(_ text: String, to descriptor: Int32) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    bytes.removeFirst(count)
  }
}

extension String {
  /// The text on one line and harmless to a terminal: control characters become `?`.
  var printable: String {
    String(
      map { character in
        character.unicodeScalars.contains { $0.properties.generalCategory == .control }
          ? "?" : character
      })
  }
}
