/// A connection that somebody asked for.
package struct Connection: Equatable {
  /// A port of the plugin: the n-th with samples, or by symbol.
  package enum Place: Equatable {
    case input(Int), output(Int), symbol(String)
  }

  package let place: Place
  /// The other client's port.
  package let other: String
  /// How it was written.
  package let text: String

  /// Reads `in=A,B,out=C` and `snare_l=D`: each name with `=` says where those after it go.
  ///
  /// - Returns: nil if it makes no sense.
  package static func parse(_ text: String) -> [Connection]? {
    var result: [Connection] = []
    var side = ""
    var count = 0
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      var other = item[...]
      if let mark = item.firstIndex(of: "=") {
        side = String(item[..<mark])
        other = item[item.index(after: mark)...]
        count = 0
      }
      guard !side.isEmpty, !other.isEmpty else { return nil }
      let place: Place =
        side == "in" ? .input(count) : side == "out" ? .output(count) : .symbol(side)
      result.append(Connection(place: place, other: String(other), text: text))
      count += 1
    }
    return result.isEmpty ? nil : result
  }
}
