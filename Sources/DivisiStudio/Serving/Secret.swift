/// What only who was given the page's address knows.
struct Secret: Sendable {
  let text: String
  /// The name of the cookie: ports of one machine share their cookies.
  private let cookie: String

  /// - Parameter port: that the page is served at.
  init(port: UInt16) {
    // The system's generator, which is meant for secrets.
    var random = SystemRandomNumberGenerator()
    text = (0..<4).map { _ in
      let word = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - word.count) + word
    }.joined()
    cookie = "divisi_studio_\(port)"
  }

  /// A cookie that lasts as long as the browser, and is for this page's scripts and links only.
  var cookieHeader: String { "\(cookie)=\(text); Path=/; HttpOnly; SameSite=Strict" }

  /// Whether somebody knows it.
  ///
  /// - Parameter cookies: the values of the headers `Cookie`.
  func isKnown(to cookies: [String]) -> Bool {
    cookies.contains { header in
      header.split(separator: ";").contains { item in
        let pair = item.split(separator: "=", maxSplits: 1)
        return pair.count == 2 && pair[0].drop { $0 == " " } == cookie && matches(String(pair[1]))
      }
    }
  }

  /// Compares in a time that does not tell how much is right.
  func matches(_ other: String) -> Bool {
    let (own, given) = (Array(text.utf8), Array(other.utf8))
    guard own.count == given.count else { return false }
    return zip(own, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
