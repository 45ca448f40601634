internal import Glibc

/// A table of recordings: a row per line, cells between tabs, the names of the columns in the first row.
///
/// Rows are read as they come, so that memory does not grow with the table and a program may still be writing it.
/// Lines end in LF or CR LF; empty ones are skipped. Nothing is quoted.
///
/// - Thread: any, one at a time.
public final class RecordingTable {
  /// A row below the first.
  public struct Row: Sendable {
    /// Its line in the file, from 1.
    public let line: Int
    /// As many as there are columns; what the line does not have is empty.
    public let cells: [String]
  }

  /// What is read next.
  public enum Item: Sendable {
    case row(Row)
    /// A line that is none, and why.
    case bad(line: Int, CatalogueError)
  }

  /// The most bytes of a line.
  public static let longestLine = 1 << 20

  /// As errors call it.
  public let name: String
  /// The names of the columns, each once.
  public let columns: [String]
  private var lines: LineReader
  private let descriptor: Int32
  private let ownsDescriptor: Bool

  /// Opens a table and reads the names of its columns.
  ///
  /// - Parameter path: of a file or a pipe; `-` for standard input.
  /// - Throws: one line if it cannot be read, or has no row with names.
  public init(path: String) throws(CatalogueError) {
    ownsDescriptor = path != "-"
    name = ownsDescriptor ? path : "standard input"
    descriptor = ownsDescriptor ? try Self.open(path) : STDIN_FILENO
    lines = LineReader(descriptor: descriptor, name: name, limit: Self.longestLine)
    do throws(CatalogueError) {
      columns = try Self.columns(&lines, name)
    } catch {
      if ownsDescriptor { close(descriptor) }
      throw error
    }
  }

  deinit { if ownsDescriptor { close(descriptor) } }

  private static func open(_ path: String) throws(CatalogueError) -> Int32 {
    // A pipe without a writer would keep the other kind of opening waiting.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw CatalogueError("\(path): expected a table; \(String(cString: strerror(errno)))")
    }
    var status = stat()
    fstat(descriptor, &status)
    guard [S_IFREG, S_IFIFO].contains(status.st_mode & S_IFMT) else {
      close(descriptor)
      throw CatalogueError(
        "\(path): expected a table; this is a \(status.st_mode & S_IFMT == S_IFDIR ? "folder" : "device")"
      )
    }
    // From now on reading waits for what a program still writes.
    _ = fcntl(descriptor, F_SETFL, 0)
    return descriptor
  }

  private static func columns(
    _ lines: inout LineReader, _ name: String
  ) throws(CatalogueError) -> [String] {
    let expectation = "expected the names of columns between tabs, recording and score among them"
    guard let (line, text) = try lines.nextFilled() else {
      throw CatalogueError("\(name): \(expectation); it is empty")
    }
    guard case .text(let text) = text else {
      throw CatalogueError("\(name): line \(line): \(expectation); this is no text")
    }
    let columns = cells(of: text)
    var seen: Set<String> = []
    for column in columns {
      guard !column.isEmpty else {
        throw CatalogueError("\(name): line \(line): \(expectation); one has no name")
      }
      guard seen.insert(column).inserted else {
        throw CatalogueError("\(name): line \(line): expected one column '\(column)', found two")
      }
    }
    guard seen.contains("recording") else {
      throw CatalogueError(
        "\(name): line \(line): expected a column 'recording', found \(columns.map { "'\($0)'" }.joined(separator: ", "))"
      )
    }
    return columns
  }

  /// The next row; nil behind the last one.
  ///
  /// - Throws: where the table cannot be read on.
  public func next() throws(CatalogueError) -> Item? {
    guard let (line, text) = try lines.nextFilled() else { return nil }
    func bad(_ problem: String) -> Item {
      .bad(line: line, CatalogueError("\(name): line \(line): \(problem)"))
    }
    switch text {
    case .tooLong: return bad("expected at most \(Self.longestLine >> 20) MiB, found more")
    case .notText: return bad("expected UTF-8, found other bytes")
    case .text(let text):
      var cells = Self.cells(of: text)
      guard cells.count <= columns.count else {
        return bad("expected \(columns.count) cells between tabs, found \(cells.count)")
      }
      while cells.count < columns.count { cells.append("") }
      return .row(Row(line: line, cells: cells))
    }
  }

  private static func cells(of text: String) -> [String] {
    text.split(separator: "\t", omittingEmptySubsequences: false).map { cell in
      var cell = cell
      while cell.first == " " { cell.removeFirst() }
      while cell.last == " " { cell.removeLast() }
      return String(cell)
    }
  }
}
