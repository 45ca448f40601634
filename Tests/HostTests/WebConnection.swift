import Foundation
import Testing

/// A connection to the mixer page's server for requests that no browser would make.
final class WebConnection {
  private let file: Int32

  /// - Parameters:
  ///   - url: the page's, of which the port is what counts.
  ///   - isSlow: whether hardly anything fits between the other end and this one.
  init(_ url: String, isSlow: Bool = false) throws {
    let port = try #require(UInt16(url.split(separator: ":").last?.prefix { $0.isNumber } ?? ""))
    file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    // Nobody waits for ever.
    var limit = timeval(tv_sec: 600, tv_usec: 0)
    setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var room: Int32 = 4096
    if isSlow { setsockopt(file, SOL_SOCKET, SO_RCVBUF, &room, 4) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0, "\(url)")
  }

  deinit { close(file) }

  /// Sends bytes, as far as somebody takes them.
  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest.removeFirst(count)
    }
  }

  /// Receives until a condition holds, or the other end has had enough.
  func receive(until condition: ([UInt8]) -> Bool) -> [UInt8] {
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while !condition(answer) {
      let count = recv(file, &chunk, chunk.count, 0)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      answer += chunk[..<count]
    }
    return answer
  }

  /// Sends a score as the page does, and gives the whole answer.
  static func post(_ bytes: [UInt8], as name: String, to url: String) throws -> String {
    let place = String(url.dropFirst("http://".count).dropLast())
    let head = """
      POST /score?name=\(name) HTTP/1.1
      Host: \(place)
      Origin: http://\(place)
      Content-Length: \(bytes.count)


      """
    let connection = try WebConnection(url)
    connection.send(Array(head.replacing("\n", with: "\r\n").utf8) + bytes)
    return String(decoding: connection.receive { $0.hasWholeAnswer }, as: UTF8.self)
  }

  /// Whether the other end has had enough, and nothing is left to be received.
  var isClosed: Bool {
    var byte: UInt8 = 0
    let count = recv(file, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count == 0 || count < 0 && errno != EAGAIN
  }

  /// What a page sends that wants to listen.
  static func upgrade(to place: String) -> [UInt8] {
    let request = """
      GET /socket HTTP/1.1
      Host: \(place)
      Origin: http://\(place)
      Upgrade: websocket
      Connection: Upgrade
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      Sec-WebSocket-Version: 13


      """
    return Array(request.replacing("\n", with: "\r\n").utf8)
  }

  /// Sends a request as it is, and gives the first line of the answer.
  static func answer(_ request: String, at url: String) throws -> String {
    let connection = try WebConnection(url)
    connection.send(Array(request.replacing("\n", with: "\r\n").utf8))
    let answer = connection.receive { $0.contains(UInt8(ascii: "\n")) }
    return String(decoding: answer.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
  }
}

extension [UInt8] {
  /// What comes after the headers of an HTTP answer; nil before they are complete.
  var afterHeaders: ArraySlice<UInt8>? {
    let end = Array("\r\n\r\n".utf8)
    return indices.first { self[$0...].starts(with: end) }.map { self[($0 + end.count)...] }
  }

  /// Whether an HTTP answer is complete, as its headers tell.
  var hasWholeAnswer: Bool {
    guard let body = afterHeaders else { return false }
    let headers = String(decoding: self[..<body.startIndex], as: UTF8.self).lowercased()
    let length = headers.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
    return body.count >= length.flatMap { Int($0.drop { !$0.isNumber }) } ?? 0
  }

  /// How often a text occurs, which does not overlap itself.
  func count(of text: String) -> Int {
    // By hand, because Swift's own search takes seconds for a megabyte in a debug build.
    let wanted = Array(text.utf8)
    return withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, bytes.count >= wanted.count else { return 0 }
      let end = start + (bytes.count - wanted.count + 1)
      var (place, count) = (start, 0)
      while place < end, let found = memchr(place, Int32(wanted[0]), end - place) {
        let isThere = memcmp(found, wanted, wanted.count) == 0
        place = UnsafeRawPointer(found) + (isThere ? wanted.count : 1)
        if isThere { count += 1 }
      }
      return count
    }
  }
}
