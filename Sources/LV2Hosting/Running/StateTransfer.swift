internal import CLilv
internal import Glibc

/// A plugin that lilv saves or restores, with this object between the two: lilv keeps what a plugin answers to itself, and
/// chooses names of files without asking whether something has them.
final class StateTransfer {
  private let instance: Instance
  private let files: StateFiles?
  /// The plugin's own functions; nil if it keeps nothing but controls.
  private let interface: UnsafePointer<LV2_State_Interface>?
  private let path: LV2_URID
  private let descriptor = UnsafeMutablePointer<LV2_Descriptor>.allocate(capacity: 1)
  private let standIn = UnsafeMutablePointer<LilvInstance>.allocate(capacity: 1)
  private let mapFeature = UnsafeMutablePointer<LV2_URID_Map>.allocate(capacity: 1)
  private var store: (function: LV2_State_Store_Function, handle: LV2_State_Handle?)?
  private var status = LV2_STATE_SUCCESS

  /// What lilv takes for the plugin's.
  private nonisolated(unsafe) static let table = {
    let table = UnsafeMutablePointer<LV2_State_Interface>.allocate(capacity: 1)
    table.initialize(
      to: LV2_State_Interface(
        save: { handle, store, storeHandle, flags, features in
          StateTransfer.behind(handle).save(store, storeHandle, flags, features)
        },
        restore: { handle, retrieve, retrieveHandle, flags, features in
          StateTransfer.behind(handle).restore(retrieve, retrieveHandle, flags, features)
        }))
    return UnsafePointer(table)
  }()

  /// - Parameter files: the files of a state that is saved to a folder; nil if it stays in memory.
  init(_ instance: Instance, files: StateFiles? = nil) {
    self.instance = instance
    self.files = files
    let urids = instance.plugin.world.urids
    path = urids.map(LV2URI.path)
    interface = instance.extensionData(LV2URI.stateInterface)?
      .assumingMemoryBound(to: LV2_State_Interface.self)
    let handle = Unmanaged.passUnretained(self).toOpaque()
    descriptor.initialize(to: instance.pointer.pointee.lv2_descriptor.pointee)
    descriptor.pointee.extension_data = { uri in
      guard let uri, strcmp(uri, LV2URI.stateInterface) == 0 else { return nil }
      return UnsafeRawPointer(StateTransfer.table)
    }
    standIn.initialize(to: instance.pointer.pointee)
    standIn.pointee.lv2_descriptor = UnsafePointer(descriptor)
    standIn.pointee.lv2_handle = handle
    // Where files have names of ours, lilv is not to take paths for its business.
    mapFeature.initialize(
      to: LV2_URID_Map(handle: urids.mapFeature.pointee.handle) { handle, uri in
        guard let handle, let uri else { return 0 }
        let text = String(cString: uri)
        return Unmanaged<URIDMap>.fromOpaque(handle).takeUnretainedValue()
          .map(text == LV2URI.path ? text + "#named" : text)
      })
  }

  deinit {
    descriptor.deallocate()
    standIn.deallocate()
    mapFeature.deallocate()
  }

  private static func behind(_ handle: UnsafeMutableRawPointer?) -> StateTransfer {
    guard let handle else { preconditionFailure("lilv has lost its handle") }
    return Unmanaged<StateTransfer>.fromOpaque(handle).takeUnretainedValue()
  }

  /// What lilv is given in the plugin's place.
  private var pointer: UnsafeMutablePointer<LilvInstance> {
    interface == nil ? instance.pointer : standIn
  }

  // MARK: Saving

  /// Has lilv ask the plugin for its state.
  ///
  /// - Throws: what the plugin, or the copying of its files, has failed with.
  func save(
    _ value: LilvGetPortValueFunc, _ context: UnsafeMutableRawPointer
  ) throws(HostingError) -> OpaquePointer {
    let map = files == nil ? instance.plugin.world.urids.mapFeature : mapFeature
    let state = instance.features.pointers.withUnsafeBufferPointer { features in
      lilv_state_new_from_instance(
        instance.plugin.pointer, pointer, map, instance.features.scratchFolder, nil, nil, nil,
        value,
        context, LV2_STATE_IS_POD.rawValue, features.baseAddress)
    }
    guard let state else { throw HostingError(instance.plugin.uri, "it did not return its state") }
    guard let problem = files?.problem ?? problem("save") else { return state }
    lilv_state_free(state)
    throw problem
  }

  private func save(
    _ store: LV2_State_Store_Function?, _ storeHandle: LV2_State_Handle?, _ flags: UInt32,
    _ features: UnsafePointer<UnsafePointer<LV2_Feature>?>?
  ) -> LV2_State_Status {
    guard let save = interface?.pointee.save, let store, let features else {
      return LV2_STATE_SUCCESS
    }
    guard let files else {
      status = save(instance.handle, store, storeHandle, flags, features)
      return status
    }
    self.store = (store, storeHandle)
    var list: [UnsafePointer<LV2_Feature>?] = []
    let own = [LV2URI.mapPath, LV2URI.makePath, LV2URI.freePath]
    var place = features
    while let feature = place.pointee {
      if !own.contains(String(cString: feature.pointee.URI)) { list.append(feature) }
      place += 1
    }
    let data: [UnsafeMutableRawPointer] = [
      .init(files.mapFeature), .init(files.makeFeature), .init(files.freeFeature),
    ]
    let more = UnsafeMutablePointer<LV2_Feature>.allocate(capacity: own.count)
    for (index, uri) in own.enumerated() {
      (more + index).initialize(to: LV2_Feature(URI: strdup(uri), data: data[index]))
    }
    defer {
      for index in own.indices { free(UnsafeMutablePointer(mutating: more[index].URI)) }
      more.deallocate()
    }
    list += own.indices.map { UnsafePointer(more + $0) } + [nil]
    status = list.withUnsafeBufferPointer { list in
      save(
        instance.handle,
        { handle, key, value, size, type, flags in
          StateTransfer.behind(handle).keep(key, value, size, type, flags)
        }, Unmanaged.passUnretained(self).toOpaque(), flags, list.baseAddress)
    }
    return status
  }

  private func keep(
    _ key: UInt32, _ value: UnsafeRawPointer?, _ size: Int, _ type: UInt32, _ flags: UInt32
  ) -> LV2_State_Status {
    guard let store else { return LV2_STATE_ERR_UNKNOWN }
    let isPlain = type == path ? LV2_STATE_IS_POD.rawValue : 0
    return store.function(store.handle, key, value, size, type, flags | UInt32(isPlain))
  }

  // MARK: Restoring

  /// Has lilv give the plugin what it has kept besides controls.
  ///
  /// - Returns: what the plugin has failed with; nil if it has not.
  func restore(_ state: OpaquePointer) -> HostingError? {
    instance.features.pointersInRestore.withUnsafeBufferPointer { features in
      lilv_state_restore(state, pointer, nil, nil, 0, features.baseAddress)
    }
    // That something is missing leaves the rest as it was kept.
    return status == LV2_STATE_ERR_NO_PROPERTY ? nil : problem("restore")
  }

  private func restore(
    _ retrieve: LV2_State_Retrieve_Function?, _ retrieveHandle: LV2_State_Handle?,
    _ flags: UInt32, _ features: UnsafePointer<UnsafePointer<LV2_Feature>?>?
  ) -> LV2_State_Status {
    guard let restore = interface?.pointee.restore else { return LV2_STATE_SUCCESS }
    status = restore(instance.handle, retrieve, retrieveHandle, flags, features)
    return status
  }

  // MARK: Problems

  /// What the plugin has answered, unless it was content.
  private func problem(_ verb: String) -> HostingError? {
    let reason: String
    switch status {
    case LV2_STATE_SUCCESS: return nil
    case LV2_STATE_ERR_BAD_TYPE: reason = "a type that it does not know"
    case LV2_STATE_ERR_BAD_FLAGS: reason = "flags that it does not know"
    case LV2_STATE_ERR_NO_FEATURE: reason = "a feature is missing"
    case LV2_STATE_ERR_NO_PROPERTY: reason = "a property is missing"
    case LV2_STATE_ERR_NO_SPACE: reason = "there is no space"
    default: reason = "status \(status.rawValue)"
    }
    return HostingError(instance.plugin.uri, "it cannot \(verb) its state: \(reason)")
  }
}
