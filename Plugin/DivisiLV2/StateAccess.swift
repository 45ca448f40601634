// Thread: setup

internal import CLV2
internal import Glibc

/// The version of what is kept; no other is read.
private let stateVersion: Int32 = 1

/// Values that a host has kept.
struct StateReader {
  let retrieve: LV2_State_Retrieve_Function
  let handle: LV2_State_Handle?
  let urids: URIDs
  let features: HostFeatures

  /// Whether the state is that of a project, which keeps everything and has a version.
  ///
  /// - Throws: if it is of a later version.
  func isComplete() throws(StateError) -> Bool {
    guard let bytes = try value(urids.stateVersion, "a version", type: urids.int, or: urids.int)
    else { return false }
    guard bytes.count >= 4 else {
      throw StateError(
        status: LV2_STATE_ERR_BAD_TYPE, description: "state: expected a version of four bytes")
    }
    let version = bytes.loadUnaligned(as: Int32.self)
    guard version == stateVersion else {
      throw StateError(
        status: LV2_STATE_ERR_UNKNOWN,
        description: "state: expected version \(stateVersion), found \(version)")
    }
    return true
  }

  /// An absolute path; nil where the state says nothing.
  func path(_ key: UInt32, _ name: String) throws(StateError) -> String? {
    try text(key, name, type: urids.path, limit: Int(PATH_MAX)).map { features.absolute($0) }
  }

  /// A text; nil where the state says nothing.
  func text(_ key: UInt32, _ name: String, limit: Int) throws(StateError) -> String? {
    try text(key, name, type: urids.string, limit: limit)
  }

  private func text(
    _ key: UInt32, _ name: String, type: UInt32, limit: Int
  ) throws(StateError) -> String? {
    guard let bytes = try value(key, name, type: type, or: urids.string) else { return nil }
    guard bytes.count <= limit else {
      throw StateError(
        status: LV2_STATE_ERR_UNKNOWN,
        description: "state: expected \(name) of at most \(limit) bytes, found \(bytes.count)")
    }
    let characters = bytes.prefix { $0 != 0 }
    guard !characters.isEmpty else { return nil }
    guard let text = String(validating: characters, as: UTF8.self) else {
      throw StateError(
        status: LV2_STATE_ERR_BAD_TYPE, description: "state: expected \(name) in UTF-8")
    }
    return text
  }

  private func value(
    _ key: UInt32, _ name: String, type: UInt32, or other: UInt32
  ) throws(StateError) -> UnsafeRawBufferPointer? {
    var size = 0
    var found: UInt32 = 0
    var flags: UInt32 = 0
    guard let start = retrieve(handle, key, &size, &found, &flags) else { return nil }
    guard found != 0, found == type || found == other, size < 1 << 30 else {
      throw StateError(
        status: LV2_STATE_ERR_BAD_TYPE, description: "state: expected \(name), found another type")
    }
    return UnsafeRawBufferPointer(start: start, count: size)
  }
}

/// Has a host keep values.
struct StateWriter {
  let store: LV2_State_Store_Function
  let handle: LV2_State_Handle?
  let urids: URIDs
  let features: HostFeatures

  private var plain: UInt32 { UInt32(LV2_STATE_IS_POD.rawValue | LV2_STATE_IS_PORTABLE.rawValue) }

  /// The first of some results that is bad, or that all is well.
  func status(of results: [LV2_State_Status]) -> LV2_State_Status {
    results.first { $0 != LV2_STATE_SUCCESS } ?? LV2_STATE_SUCCESS
  }

  func putVersion() -> LV2_State_Status {
    var version = stateVersion
    return store(handle, urids.stateVersion, &version, 4, urids.int, plain)
  }

  /// Nothing is kept of a path that is nil.
  func put(path: String?, _ key: UInt32) -> LV2_State_Status {
    guard let path else { return LV2_STATE_SUCCESS }
    // An absolute path means nothing on another machine.
    let mapped = features.abstract(path)
    return put(
      key, mapped ?? path, type: urids.path,
      flags: mapped == nil ? UInt32(LV2_STATE_IS_POD.rawValue) : plain)
  }

  /// Nothing is kept of a text that is nil.
  func put(text: String?, _ key: UInt32) -> LV2_State_Status {
    guard let text else { return LV2_STATE_SUCCESS }
    return put(key, text, type: urids.string, flags: plain)
  }

  private func put(
    _ key: UInt32, _ text: String, type: UInt32, flags: UInt32
  ) -> LV2_State_Status {
    text.withCString { store(handle, key, $0, strlen($0) + 1, type, flags) }
  }
}

extension HostFeatures {
  /// A path as the host wants it kept; nil where it does not say.
  fileprivate func abstract(_ path: String) -> String? {
    guard let mapPath, let function = mapPath.pointee.abstract_path else { return nil }
    return path.withCString { take(function(mapPath.pointee.handle, $0)) }
  }

  /// The path of a file that was kept.
  fileprivate func absolute(_ path: String) -> String {
    guard !path.isEmpty, let mapPath, let function = mapPath.pointee.absolute_path else {
      return path
    }
    return path.withCString { take(function(mapPath.pointee.handle, $0)) } ?? path
  }

  /// Copies and frees what the host has allocated.
  private func take(_ path: UnsafeMutablePointer<CChar>?) -> String? {
    guard let path else { return nil }
    defer {
      if let freePath, let function = freePath.pointee.free_path {
        function(freePath.pointee.handle, path)
      } else {
        free(path)
      }
    }
    return String(validatingCString: path)
  }
}
