import Foundation

/// A page whose numbers are tied to figures by comments that readers do not see.
///
/// `14.8 <!-- = piano.hands.sdr -->` says which figure a number quotes. A comment names as many of the numbers
/// before it on its line as it has figures, in order; `.sir` is another value of the measurement before, `a:b`
/// the difference a − b, and `given` a number that is nobody's measurement. `<` in place of `=` says that
/// the figure's size is at most the number. Code is passed over.
public struct MarkedPage {
  /// A number on a page that a figure stands behind.
  public struct Quotation {
    /// Of the line, from 1.
    public let line: Int
    /// The number as it is printed.
    public let text: String
    /// What it quotes; nil where nothing says it.
    public let figure: Substring?
    /// Whether the number is only a bound.
    public let isBound: Bool
    let range: Range<String.Index>

    /// The number.
    public var number: Double { Double(text.replacing("−", with: "-").replacing("+", with: ""))! }
    var digits: Int { text.firstIndex(of: ".").map { text[$0...].count - 1 } ?? 0 }
  }

  private static let given: Substring = "given"
  /// The page's text.
  public private(set) var text: String

  /// A page with this text.
  public init(_ text: String) { self.text = text }

  /// All numbers with a figure, and all decibels without one.
  public var quotations: [Quotation] {
    var found: [Quotation] = []
    var isCode = false
    var number = 0
    var start = text.startIndex
    while start < text.endIndex {
      let end = text[start...].firstIndex(of: "\n") ?? text.endIndex
      let line = text[start..<end]
      number += 1
      start = end < text.endIndex ? text.index(after: end) : end
      if line.hasPrefix("```") { isCode.toggle() }
      if !isCode && !line.hasPrefix("    ") { found += Self.quotations(in: line, at: number) }
    }
    return found
  }

  /// Replaces numbers by those of a book, with as many digits as they have.
  public mutating func update(from book: FigureBook) {
    for quotation in quotations.reversed() where !quotation.isBound {
      guard let value = quotation.figure.flatMap(book.value) else { continue }
      text.replaceSubrange(quotation.range, with: quotation.spelling(of: value))
    }
  }

  private static func quotations(in line: Substring, at number: Int) -> [Quotation] {
    let code = line.ranges(of: /`[^`]*`/)
    let comments = line.matches(of: /<!-- ([=<]) ([^>]*?) -->/)
    let numbers = line.matches(of: /[−+]?\d+(?:\.\d+)?(?![\w\/]|\.\d)/)
      .map(\.range).filter { range in
        let isStart = line[..<range.lowerBound].last.map {
          !$0.isLetter && !$0.isNumber && !"._/-,".contains($0)
        }
        return isStart ?? true && !code.contains { $0.overlaps(range) }
          && !comments.contains { $0.range.overlaps(range) }
      }
    var found: [Quotation] = []
    var start = line.startIndex
    for comment in comments {
      let figures = expanded(comment.2)
      let named = numbers.filter {
        $0.lowerBound >= start && $0.upperBound <= comment.range.lowerBound
      }
      start = comment.range.upperBound
      let missing = figures.count > named.count
      for (range, figure) in zip(named.suffix(figures.count), figures) where figure != given {
        found.append(
          Quotation(
            line: number, text: String(line[range]), figure: missing ? nil : figure,
            isBound: comment.1 == "<", range: range))
      }
      found += unmarked(in: line, named.dropLast(figures.count), at: number)
    }
    return found + unmarked(in: line, numbers.filter { $0.lowerBound >= start }[...], at: number)
  }

  /// Decibels, and in tables whatever has decimals and no unit.
  private static func unmarked(
    in line: Substring, _ numbers: ArraySlice<Range<String.Index>>, at number: Int
  ) -> [Quotation] {
    numbers.filter { range in
      let rest = line[range.upperBound...]
      let isTable = line.hasPrefix("|") && line[range].contains(".")
      return rest.firstMatch(of: /^[  ]dB\b/) != nil
        || isTable && rest.firstMatch(of: /^[  ](?:[a-zA-Zµ%]|×)/) == nil
    }.map { range in
      Quotation(line: number, text: String(line[range]), figure: nil, isBound: false, range: range)
    }
  }

  /// Figures of a comment, with what short ones leave out.
  private static func expanded(_ list: Substring) -> [Substring] {
    var last: Substring = ""
    return list.split(separator: " ").map { figure in
      guard figure.hasPrefix("."), let dot = last.lastIndex(of: ".") else {
        last = figure
        return figure
      }
      return last[..<dot] + figure
    }
  }
}

extension MarkedPage.Quotation {
  /// How far a number may be off, in its own unit.
  static let tolerance = 0.05

  /// What is wrong with the number, or nil.
  public func problem(against book: FigureBook) -> String? {
    guard let figure else { return "\(text) names no figure" }
    guard let value = book.value(of: figure) else { return "\(text): there is no figure \(figure)" }
    let isCount = figure.contains(".order")
    let isRight =
      isBound
      ? abs(value) <= number
      : isCount ? number == value : abs(number - value) <= Self.tolerance + 1e-9
    return isRight ? nil : "\(text) is \(spelling(of: value)) by \(figure)"
  }

  func spelling(of value: Double) -> String {
    let size = String(format: "%.\(digits)f", abs(value))
    let isZero = Double(size) == 0
    if value < 0 && !isZero { return "−" + size }
    return text.hasPrefix("+") || (text.hasPrefix("−") && !isZero) ? "+" + size : size
  }
}
