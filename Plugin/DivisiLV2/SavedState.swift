// Thread: setup

internal import CLV2
import DivisiAlignment
import DivisiScore
internal import Glibc

/// What a project or a preset keeps of an instance, beside its ports.
///
/// A project keeps everything, with a version; a preset, which has none, only what it is about.
struct SavedState {
  static let version: Int32 = 1

  var isComplete = false
  /// Absolute paths; nil where the state says nothing.
  var scorePath: String?
  var modelPath: String?
  var digest: String?
  var alignment: String?
}

/// Why a state could not be used.
struct StateError: Error {
  let status: LV2_State_Status
  let description: String
}

// MARK: Reading

extension SavedState {
  /// Reads what a host has kept.
  ///
  /// - Throws: if a value is of the wrong type, or the state is of a later version.
  init(
    _ retrieve: LV2_State_Retrieve_Function, _ handle: LV2_State_Handle?, urids: URIDs,
    features: HostFeatures
  ) throws(StateError) {
    func value(
      _ key: UInt32, _ name: String, type: UInt32, or other: UInt32
    ) throws(StateError) -> UnsafeRawBufferPointer? {
      var size = 0
      var found: UInt32 = 0
      var flags: UInt32 = 0
      guard let start = retrieve(handle, key, &size, &found, &flags) else { return nil }
      guard found != 0, found == type || found == other, size < 1 << 30 else {
        throw StateError(
          status: LV2_STATE_ERR_BAD_TYPE, description: "state: expected \(name), found another type"
        )
      }
      return UnsafeRawBufferPointer(start: start, count: size)
    }
    func text(
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
    if let bytes = try value(
      urids.stateVersion, "a version", type: urids.int, or: urids.int)
    {
      guard bytes.count >= 4 else {
        throw StateError(
          status: LV2_STATE_ERR_BAD_TYPE, description: "state: expected a version of four bytes")
      }
      let version = bytes.loadUnaligned(as: Int32.self)
      guard version == Self.version else {
        throw StateError(
          status: LV2_STATE_ERR_UNKNOWN,
          description: "state: expected version \(Self.version), found \(version)")
      }
      isComplete = true
    }
    let pathLimit = Int(PATH_MAX)
    scorePath = try text(urids.score, "the path of a score", type: urids.path, limit: pathLimit)
      .map { features.absolute($0) }
    modelPath = try text(urids.modelFile, "the path of a model", type: urids.path, limit: pathLimit)
      .map { features.absolute($0) }
    digest = try text(
      urids.digest, "the notes of a score", type: urids.string,
      limit: SavedNotes.largestByteCount)
    alignment = try text(
      urids.alignment, "an alignment", type: urids.string,
      limit: HeardAlignment.largestByteCount)
  }
}

// MARK: Writing

extension SavedState {
  /// Has the host keep everything.
  func store(
    _ store: LV2_State_Store_Function, _ handle: LV2_State_Handle?, urids: URIDs,
    features: HostFeatures
  ) -> LV2_State_Status {
    let plain = UInt32(LV2_STATE_IS_POD.rawValue | LV2_STATE_IS_PORTABLE.rawValue)
    func put(_ key: UInt32, _ text: String, type: UInt32, flags: UInt32) -> LV2_State_Status {
      text.withCString { store(handle, key, $0, strlen($0) + 1, type, flags) }
    }
    func put(path: String?, _ key: UInt32) -> LV2_State_Status {
      guard let path else { return LV2_STATE_SUCCESS }
      // An absolute path means nothing on another machine.
      let mapped = features.abstract(path)
      return put(
        key, mapped ?? path, type: urids.path,
        flags: mapped == nil ? UInt32(LV2_STATE_IS_POD.rawValue) : plain)
    }
    var version = Self.version
    var results = [store(handle, urids.stateVersion, &version, 4, urids.int, plain)]
    results.append(put(path: scorePath, urids.score))
    results.append(put(path: modelPath, urids.modelFile))
    if let digest {
      results.append(put(urids.digest, digest, type: urids.string, flags: plain))
    }
    if let alignment {
      results.append(put(urids.alignment, alignment, type: urids.string, flags: plain))
    }
    return results.first { $0 != LV2_STATE_SUCCESS } ?? LV2_STATE_SUCCESS
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
