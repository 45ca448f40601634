internal import CLibAV

/// The functions of libav, from libraries that are loaded when a recording first needs them.
///
/// What Divisi is linked to stays small, and it works where they are not installed.
final class MediaLibrary: Sendable {
  /// Nil where they are not installed.
  static let shared = MediaLibrary()

  private nonisolated(unsafe) let functions: UnsafePointer<libav>

  private init?() {
    let functions = UnsafeMutablePointer<libav>.allocate(capacity: 1)
    functions.initialize(to: libav())
    guard libav_load(functions) != 0 else {
      functions.deallocate()
      return nil
    }
    self.functions = UnsafePointer(functions)
  }

  /// Calls by the names that libav gives them.
  var calls: libav { functions.pointee }

  /// What Debian calls the packages.
  static var packages: String {
    withUnsafeBytes(of: libav_packages) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
