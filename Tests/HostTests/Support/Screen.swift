/// What a terminal shows of the bytes that it was sent, as far as this project's programs and readline use it.
struct Screen {
  private(set) var rows: [[Character]]
  private(set) var row = 0, column = 0
  private var saved = (row: 0, column: 0)
  private var scrolling: ClosedRange<Int>
  private let width: Int

  init(rowCount: Int = 24, columnCount: Int = 80) {
    width = columnCount
    rows = Array(repeating: Array(repeating: " ", count: columnCount), count: rowCount)
    scrolling = 0...(rowCount - 1)
  }

  /// The lines without the spaces at their ends.
  var lines: [String] {
    rows.map { row in
      String(row[..<((row.lastIndex { $0 != " " }).map { $0 + 1 } ?? 0)])
    }
  }

  mutating func show(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\u{1B}": escape(&rest)
      case "\r": column = 0
      case "\n": feed()
      case "\u{8}": column = max(0, column - 1)
      case "\u{7}": break
      default:
        if column == width {
          column = 0
          feed()
        }
        rows[row][column] = Character(scalar)
        column += 1
      }
    }
  }

  private mutating func feed() {
    if row == scrolling.upperBound {
      rows.remove(at: scrolling.lowerBound)
      rows.insert(Array(repeating: " ", count: width), at: scrolling.upperBound)
    } else {
      row = min(row + 1, rows.count - 1)
    }
  }

  private mutating func escape(_ rest: inout ArraySlice<Unicode.Scalar>) {
    guard let kind = rest.popFirst() else { return }
    if kind == "7" { saved = (row, column) }
    if kind == "8" { (row, column) = saved }
    guard kind == "[" else { return }
    let parameters = rest.prefix { !("@"..."~").contains($0) }
    rest.removeFirst(parameters.count)
    let numbers = String(String.UnicodeScalarView(parameters)).split(separator: ";").map {
      Int($0) ?? 0
    }
    switch rest.popFirst() {
    case "H":
      row = (numbers.first ?? 1) - 1
      column = (numbers.dropFirst().first ?? 1) - 1
    case "A": row = max(0, row - (numbers.first ?? 1))
    case "C": column = min(width - 1, column + (numbers.first ?? 1))
    case "D": column = max(0, column - (numbers.first ?? 1))
    case "K": for place in column..<width { rows[row][place] = " " }
    case "P":
      rows[row].removeSubrange(column..<min(width, column + (numbers.first ?? 1)))
      rows[row] += Array(repeating: " ", count: width - rows[row].count)
    case "r":
      scrolling =
        numbers.count == 2 ? (numbers[0] - 1)...(numbers[1] - 1) : 0...(rows.count - 1)
      (row, column) = (0, 0)
    default: break
    }
  }
}
