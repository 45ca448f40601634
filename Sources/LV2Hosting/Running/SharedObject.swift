internal import CLilv
internal import Glibc

/// A plugin's shared object, opened to say what is wrong with it: lilv only says that something is.
struct SharedObject {
  private let handle: UnsafeMutableRawPointer

  /// Loads it.
  ///
  /// - Throws: if the linker refuses it, or if it does not have the plugin.
  init(of plugin: Plugin) throws(HostingError) {
    guard let handle = dlopen(plugin.libraryPath, RTLD_NOW) else {
      let problem = dlerror().map { String(cString: $0) } ?? "the linker does not say why"
      throw HostingError(plugin.uri, "its shared object cannot be loaded; \(problem)")
    }
    self.handle = handle
    // Objects of the newer kind, with `lv2_lib_descriptor`, are lilv's to look into.
    guard let symbol = dlsym(handle, "lv2_descriptor") else { return }
    let descriptor = unsafeBitCast(symbol, to: LV2_Descriptor_Function.self)
    var index: UInt32 = 0
    while let found = descriptor(index) {
      if let uri = found.pointee.URI, String(cString: uri) == plugin.uri { return }
      index += 1
    }
    dlclose(handle)
    throw HostingError(plugin.uri, "its shared object \(plugin.libraryPath) does not have it")
  }

  /// Gives it back; what lilv has opened stays.
  func close() { dlclose(handle) }
}
