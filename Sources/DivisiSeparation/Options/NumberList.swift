import ArgumentParser

/// Numbers that an option has: one, or in comparisons several, separated by commas.
package struct NumberList: ExpressibleByArgument, Equatable {
  package let values: [Int]

  package init(_ values: [Int]) { self.values = values }

  /// Reads whole numbers, each once; nil for anything else.
  package init?(argument: String) {
    let texts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = texts.compactMap { Int($0) }
    guard values.count == texts.count, Set(values).count == values.count else { return nil }
  }

  /// The numbers as they are written.
  package var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}
