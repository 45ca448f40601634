/// Names of ports as JACK takes them.
enum PortName {
  /// A symbol if it is short enough and free, otherwise something like it.
  ///
  /// - Parameters:
  ///   - longest: bytes that a name may have.
  ///   - taken: names that others have.
  static func short(_ symbol: String, longest: Int, taken: [String]) -> String {
    // Symbols are ASCII; what is not, or has a meaning to JACK, comes from a careless plugin.
    let clean = symbol.map { $0.isASCII && $0 != ":" && $0 != "\n" ? $0 : "_" }
    let name = String(clean.prefix(longest))
    guard name.isEmpty || taken.contains(name) else { return name }
    var number = 2
    while true {
      let end = "_\(number)"
      let other = String(clean.prefix(longest - end.count)) + end
      if !taken.contains(other) { return other }
      number += 1
    }
  }
}
