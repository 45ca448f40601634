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

  /// How many of a terminal's bytes there are before a character or an order of which the end has not come.
  static func wholeCount(of bytes: [UInt8]) -> Int {
    var count = bytes.count
    if let escape = bytes.lastIndex(of: 0x1B) {
      let rest = bytes[(escape + 1)...]
      let isWhole =
        rest.first == UInt8(ascii: "[")
        ? rest.dropFirst().contains { (0x40...0x7E).contains($0) } : !rest.isEmpty
      if !isWhole { count = escape }
    }
    // UTF-8: the first byte says how many there are.
    let start = bytes[..<count].lastIndex { $0 & 0xC0 != 0x80 } ?? 0
    guard start < count else { return count }
    let length = bytes[start] < 0xC0 ? 1 : bytes[start] < 0xE0 ? 2 : bytes[start] < 0xF0 ? 3 : 4
    return count - start < length ? start : count
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
