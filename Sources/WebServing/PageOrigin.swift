internal import Glibc
public import NIOHTTP1

/// Who a browser asks, and on whose behalf.
///
/// A page from elsewhere can make a browser send requests here, and can have its own name lead to this machine; it
/// cannot have the browser lie about either.
public struct PageOrigin: Equatable {
  /// The header `Host`, in lower case; nil if there is none that makes sense.
  public let host: String?
  private let origin: String?

  /// Who is asked, and on whose behalf, by a request's headers.
  public init(_ headers: HTTPHeaders) {
    self.init(host: headers.first(name: "Host"), origin: headers.first(name: "Origin"))
  }

  /// - Parameters:
  ///   - host: the header `Host`.
  ///   - origin: the header `Origin`.
  public init(host: String?, origin: String?) {
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-.:[]")
    let lower = host?.lowercased()
    self.host = lower.flatMap { $0.isEmpty || !$0.allSatisfy(allowed.contains) ? nil : $0 }
    self.origin = origin?.lowercased()
  }

  /// Whether it is this machine that is asked: by an address or by a name that nobody else can give it.
  ///
  /// - Parameter openly: whether others than this machine may ask.
  public func isAddressed(openly: Bool) -> Bool {
    guard let host else { return false }
    var name = host
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return false }
      name = String(host[host.index(after: host.startIndex)..<end])
    } else if let colon = host.firstIndex(of: ":") {
      name = String(host[..<colon])
    }
    if name == "localhost" { return true }
    if let address = PageAddress(name) { return openly || address.isLoopback }
    guard openly else { return false }
    let own = Self.machine
    return !own.isEmpty && (name == own || name == own + ".local")
  }

  /// Whether it is this machine that is asked, by the page that came from here.
  public func isOwn(openly: Bool) -> Bool {
    isAddressed(openly: openly) && origin == "http://" + (host ?? "")
  }

  private static let machine: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .lowercased()
  }()
}
