internal import Glibc
internal import InputFiles

/// Writes one line to standard error, after the program's name.
public func printError(_ text: String) {
  let name = CommandLine.arguments.first?.split(separator: "/").last ?? "divisi"
  put("\(name): \(text.printable)\n", to: STDERR_FILENO)
}

/// Writes one line or more to standard output, at once, with tabs but no other control characters.
public func say(_ text: String) { put(text.printableLines + "\n", to: STDOUT_FILENO) }

/// Writes all of a text to a descriptor as it is, unless nobody reads it.
public func put(_ text: String, to descriptor: Int32) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    bytes.removeFirst(count)
  }
}

/// Prints what somebody asked for, in lines, through the C library's buffer: names in it are harmless to a
/// terminal.
public func printLines(_ text: String) { print(text.harmless) }

/// Sends what was printed on its way.
///
/// - Throws: a failure in one line where it cannot be written.
public func flushReport() throws {
  guard fflush(nil) == 0 else {
    throw Failure(
      "standard output: expected to write the report; \(String(cString: strerror(errno)))")
  }
}
