// Thread: setup

import Glibc
import Terminal

/// Where datagrams come from and go to.
struct UDPAddress: Hashable {
  /// A `sockaddr` of its family.
  fileprivate let bytes: [UInt8]

  fileprivate init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// Looks a host up.
  ///
  /// - Throws: if nothing has the name.
  init(host: String, port: Int) throws {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &found)
    defer { freeaddrinfo(found) }
    guard status == 0, let first = found?.pointee, let address = first.ai_addr else {
      throw Failure(
        "\(host): expected an address or a host; \(String(cString: gai_strerror(status)))")
    }
    bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(first.ai_addrlen)))
  }

  /// The same host at another port.
  func with(port: Int) -> UDPAddress {
    // IPv4 and IPv6 have it in the same place.
    var changed = bytes
    changed.replaceSubrange(2..<4, with: [UInt8(port >> 8 & 255), UInt8(port & 255)])
    return UDPAddress(changed)
  }

  /// What stands for all addresses of this machine, at any port.
  var anyOfItsFamily: UDPAddress {
    // Both families' words for any are zeros.
    UDPAddress(bytes.prefix(2) + bytes.dropFirst(2).map { _ in 0 })
  }

  var port: Int { Int(bytes[2]) << 8 | Int(bytes[3]) }

  /// The host in digits; one of IPv4 in its own, whatever socket it was heard at.
  var host: String {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = withPointer {
      getnameinfo($0, $1, &text, UInt32(text.count), nil, 0, NI_NUMERICHOST)
    }
    guard status == 0 else { return "?" }
    let host = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    let start = "::ffff:"
    return host.hasPrefix(start) && host.contains(".") ? String(host.dropFirst(start.count)) : host
  }

  /// Whether it is this machine, by a way that no network sees.
  var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

  /// As liblo's tools take it.
  var url: String {
    let host = self.host
    return "osc.udp://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
  }

  fileprivate func withPointer<Result>(
    _ work: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    // A copy with the alignment that it needs.
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes) }
    let count = socklen_t(bytes.count)
    return withUnsafePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { work($0, count) }
    }
  }
}

/// Datagrams of the network; never waits.
final class UDPSocket {
  let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// Makes one for a host's own address, at a port of its own or, with 0, at any that is free.
  init(at address: UDPAddress) throws {
    let family = address.withPointer { own, _ in Int32(own.pointee.sa_family) }
    descriptor = socket(
      family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0, address.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
      let problem = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw Failure(
        "port \(address.port) of \(address.host): expected one that is free; \(problem)")
    }
  }

  deinit { close(descriptor) }

  /// Where it is.
  var address: UDPAddress {
    var storage = sockaddr_storage()
    var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &count) }
    }
    return UDPAddress(withUnsafeBytes(of: &storage) { $0.prefix(Int(count)) })
  }

  /// Whether `receive` fails with `ECONNREFUSED` once after something was sent that nobody took.
  var reportsRefusals = false {
    didSet {
      // What has not been told is dropped when it is turned off.
      var isOn: Int32 = reportsRefusals ? 1 : 0
      let size = socklen_t(MemoryLayout<Int32>.size)
      setsockopt(descriptor, Int32(IPPROTO_IP), IP_RECVERR, &isOn, size)
      setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_RECVERR, &isOn, size)
    }
  }

  /// Takes the next datagram; nil if there is none.
  func receive() -> (bytes: [UInt8], source: UDPAddress)? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let count = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(descriptor, &buffer, buffer.count, 0, $0, &size)
      }
    }
    guard count >= 0 else { return nil }
    let source = UDPAddress(withUnsafeBytes(of: &storage) { $0.prefix(Int(size)) })
    return (Array(buffer[..<count]), source)
  }

  /// Sends messages; what the network does not take is lost, as on the way.
  func send(_ messages: [OSCMessage], to target: UDPAddress) {
    for bytes in messages.isEmpty ? [] : OSCPacket.datagrams(messages) {
      _ = target.withPointer {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1)
      }
    }
  }
}
