public import NIOHTTP1

/// What every answer says, so that a browser does with it what is meant, and nothing else.
public enum SafeHeaders {
  /// - Parameters:
  ///   - type: of the body.
  ///   - count: its bytes.
  public static func all(type: String, count: Int) -> HTTPHeaders {
    HTTPHeaders([
      ("Content-Type", type), ("Content-Length", "\(count)"), ("Cache-Control", "no-cache"),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ])
  }

  /// A content security policy: nothing from elsewhere, and in nobody's frame.
  ///
  /// - Parameter more: what else is allowed.
  public static func policy(_ more: String) -> String {
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \(more); "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  }
}
