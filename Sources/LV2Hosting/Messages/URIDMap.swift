internal import CLilv
internal import Glibc
internal import Synchronization

/// Small numbers for URIs, and back: the same for all plugins of a world, from any thread.
public final class URIDMap: @unchecked Sendable {
  private struct Table: ~Copyable {
    var numbers: [String: UInt32] = [:]
    /// Null-terminated, at number − 1; plugins keep the pointers as long as the map lives.
    var uris: [UnsafeMutablePointer<CChar>] = []
  }

  private let table = Mutex(Table())
  /// The features' data. Immutable after `init`, and that is what makes the class sendable.
  let mapFeature = UnsafeMutablePointer<LV2_URID_Map>.allocate(capacity: 1)
  let unmapFeature = UnsafeMutablePointer<LV2_URID_Unmap>.allocate(capacity: 1)

  init() {
    let handle = Unmanaged.passUnretained(self).toOpaque()
    mapFeature.initialize(
      to: LV2_URID_Map(handle: handle) { handle, uri in
        guard let handle, let uri else { return 0 }
        return Unmanaged<URIDMap>.fromOpaque(handle).takeUnretainedValue().map(String(cString: uri))
      })
    unmapFeature.initialize(
      to: LV2_URID_Unmap(handle: handle) { handle, urid in
        handle.flatMap {
          Unmanaged<URIDMap>.fromOpaque($0).takeUnretainedValue().pointer(urid)
        }
      })
  }

  deinit {
    table.withLock { $0.uris.forEach { free($0) } }
    mapFeature.deallocate()
    unmapFeature.deallocate()
  }

  /// The number of a URI: never 0, and the same each time.
  public func map(_ uri: String) -> UInt32 {
    table.withLock { table in
      if let number = table.numbers[uri] { return number }
      table.uris.append(strdup(uri))
      let number = UInt32(table.uris.count)
      table.numbers[uri] = number
      return number
    }
  }

  /// The URI that a number stands for; nil if it was never given.
  public func unmap(_ urid: UInt32) -> String? {
    pointer(urid).map { String(cString: $0) }
  }

  private func pointer(_ urid: UInt32) -> UnsafePointer<CChar>? {
    // As an address, since pointers may not leave the closure of a lock.
    let address = table.withLock { table in
      urid > 0 && urid <= table.uris.count ? UInt(bitPattern: table.uris[Int(urid) - 1]) : 0
    }
    return UnsafePointer(bitPattern: address)
  }
}
