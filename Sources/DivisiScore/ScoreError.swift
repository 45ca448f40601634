internal import InputFiles

/// Why a score could not be used: which file, where in it, and what was expected there.
public struct ScoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A position in a score file.
  public enum Place: Sendable, Equatable, CustomStringConvertible {
    /// An offset from the start of the file, counted from 0.
    case byte(Int)
    /// A line of a text file, counted from 1.
    case line(Int)

    /// `byte 118` or `line 3`.
    public var description: String {
      switch self {
      case .byte(let offset): "byte \(offset)"
      case .line(let number): "line \(number)"
      }
    }
  }

  /// The file as the user named it; inside a .mxl file, the entry in brackets follows.
  public var fileName: String
  /// Where in the file; nil if the problem is the file as a whole.
  public var place: Place?
  /// What was expected and what was found, or what went wrong.
  public var problem: String

  /// An error at a place in a file.
  public init(fileName: String, place: Place? = nil, problem: String) {
    self.fileName = fileName
    self.place = place
    self.problem = problem
  }

  init(in fileName: String, at place: Place? = nil, expected: String, found: String) {
    self.init(fileName: fileName, place: place, problem: "expected \(expected), found \(found)")
  }

  /// One line, such as `song.mid: byte 118: expected a track chunk 'MTrk', found 'XFIH'`.
  public var description: String {
    let pieces = [fileName, place?.description, problem]
    return pieces.compactMap { $0 }.joined(separator: ": ").onOneLine
  }
}

/// What a file said, in quotes, short enough for an error message.
func quoted(_ text: some StringProtocol) -> String {
  let shown = text.unicodeScalars.prefix(40)
  return shown.endIndex == text.endIndex
    ? "'\(text)'" : "'\(String(String.UnicodeScalarView(shown)))…'"
}

/// The text on one line, without control characters, since names come from files.
func onOneLine(_ text: String) -> String { text.onOneLine }
