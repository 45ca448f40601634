// Thread: setup

public import CLV2
import DivisiControls
internal import Glibc

/// The only symbol of the shared object: the plugins, one after the other.
@c(lv2_descriptor)
public func lv2_descriptor(_ index: UInt32) -> UnsafePointer<LV2_Descriptor>? {
  index < UInt32(PluginKind.allCases.count) ? Descriptors.shared.start + Int(index) : nil
}

/// The descriptors, which live as long as the process.
private struct Descriptors: @unchecked Sendable {
  static let shared = Descriptors()
  let start: UnsafePointer<LV2_Descriptor>

  private init() {
    let kinds = PluginKind.allCases
    let list = UnsafeMutablePointer<LV2_Descriptor>.allocate(capacity: kinds.count)
    for kind in kinds {
      (list + kind.rawValue).initialize(
        to: LV2_Descriptor(
          URI: strdup(kind.uri), instantiate: instantiate, connect_port: connectPort,
          activate: activate, run: run, deactivate: deactivate, cleanup: cleanup,
          extension_data: extensionData))
    }
    start = UnsafePointer(list)
  }

  /// Which plugin a host means by a descriptor that it was given.
  func kind(of descriptor: UnsafePointer<LV2_Descriptor>?) -> PluginKind? {
    guard let descriptor else { return nil }
    return PluginKind.allCases.first { start + $0.rawValue == descriptor }
  }
}

/// The instance behind a handle, which the host keeps until `cleanup`.
func instance(_ handle: LV2_Handle) -> Unmanaged<PluginInstance> { .fromOpaque(handle) }

private func instantiate(
  descriptor: UnsafePointer<LV2_Descriptor>?, rate: Double, bundle: UnsafePointer<CChar>?,
  features: UnsafePointer<UnsafePointer<LV2_Feature>?>?
) -> LV2_Handle? {
  guard let kind = Descriptors.shared.kind(of: descriptor) else { return nil }
  let features = HostFeatures(features)
  let instance: PluginInstance? =
    kind.separates
    ? Instance(
      kind: kind, sampleRate: rate, bundle: bundle.map { String(cString: $0) } ?? "",
      features: features)
    : MosaicInstance(sampleRate: rate, features: features)
  return instance.map { Unmanaged.passRetained($0).toOpaque() }
}

private func connectPort(handle: LV2_Handle?, port: UInt32, data: UnsafeMutableRawPointer?) {
  guard let handle else { return }
  instance(handle)._withUnsafeGuaranteedRef { $0.connect(port: Int(port), to: data) }
}

private func activate(handle: LV2_Handle?) {
  guard let handle else { return }
  instance(handle)._withUnsafeGuaranteedRef { $0.activate() }
}

private func deactivate(handle: LV2_Handle?) {
  guard let handle else { return }
  instance(handle)._withUnsafeGuaranteedRef { $0.deactivate() }
}

private func run(handle: LV2_Handle?, sampleCount: UInt32) {
  guard let handle else { return }
  instance(handle)._withUnsafeGuaranteedRef { $0.run(sampleCount: Int(sampleCount)) }
}

private func cleanup(handle: LV2_Handle?) {
  guard let handle else { return }
  instance(handle).release()
}

private func extensionData(uri: UnsafePointer<CChar>?) -> UnsafeRawPointer? {
  guard let uri else { return nil }
  switch String(cString: uri) {
  case URI.workInterface: return UnsafeRawPointer(ExtensionData.shared.worker)
  case URI.stateInterface: return UnsafeRawPointer(ExtensionData.shared.state)
  default: return nil
  }
}

/// The interfaces beside the descriptor, which live as long as the process.
private struct ExtensionData: @unchecked Sendable {
  static let shared = ExtensionData()
  let worker: UnsafeMutablePointer<LV2_Worker_Interface>
  let state: UnsafeMutablePointer<LV2_State_Interface>

  private init() {
    worker = .allocate(capacity: 1)
    worker.initialize(
      to: LV2_Worker_Interface(work: work, work_response: workResponse, end_run: nil))
    state = .allocate(capacity: 1)
    state.initialize(to: LV2_State_Interface(save: saveState, restore: restoreState))
  }
}
