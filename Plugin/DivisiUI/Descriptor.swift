// Thread: user interface

public import CLV2
import DivisiControls
internal import Glibc

/// The only symbol of the shared object: the faces of the plugins, one after the other.
@c(lv2ui_descriptor)
public func lv2ui_descriptor(_ index: UInt32) -> UnsafePointer<LV2UI_Descriptor>? {
  index < UInt32(PluginKind.separating.count) ? Descriptors.shared.start + Int(index) : nil
}

/// The descriptors, which live as long as the process.
private struct Descriptors: @unchecked Sendable {
  static let shared = Descriptors()
  let start: UnsafePointer<LV2UI_Descriptor>
  let idle: UnsafeMutablePointer<LV2UI_Idle_Interface>

  private init() {
    let kinds = PluginKind.separating
    let list = UnsafeMutablePointer<LV2UI_Descriptor>.allocate(capacity: kinds.count)
    for kind in kinds {
      (list + kind.rawValue).initialize(
        to: LV2UI_Descriptor(
          URI: strdup(kind.faceURI), instantiate: instantiate, cleanup: cleanup,
          port_event: portEvent, extension_data: extensionData))
    }
    start = UnsafePointer(list)
    idle = .allocate(capacity: 1)
    idle.initialize(to: LV2UI_Idle_Interface(idle: doIdle))
  }
}

/// The face behind a handle, which the host keeps until `cleanup`.
private func face(_ handle: LV2UI_Handle) -> Unmanaged<FaceInstance> { .fromOpaque(handle) }

private func instantiate(
  descriptor: UnsafePointer<LV2UI_Descriptor>?, plugin: UnsafePointer<CChar>?,
  bundle: UnsafePointer<CChar>?, write: LV2UI_Write_Function?, controller: LV2UI_Controller?,
  widget: UnsafeMutablePointer<LV2UI_Widget?>?,
  features: UnsafePointer<UnsafePointer<LV2_Feature>?>?
) -> LV2UI_Handle? {
  guard let plugin, let write, let widget else { return nil }
  let uri = String(cString: plugin)
  guard let kind = PluginKind.separating.first(where: { $0.uri == uri }),
    let instance = FaceInstance(
      kind, HostOffers(features), PortWriter(write: write, controller: controller))
  else { return nil }
  widget.pointee = UnsafeMutableRawPointer(bitPattern: instance.windowID)
  return Unmanaged.passRetained(instance).toOpaque()
}

private func cleanup(handle: LV2UI_Handle?) {
  guard let handle else { return }
  face(handle).release()
}

private func portEvent(
  handle: LV2UI_Handle?, port: UInt32, size: UInt32, format: UInt32, buffer: UnsafeRawPointer?
) {
  guard let handle, let buffer else { return }
  face(handle).takeUnretainedValue()
    .take(buffer, size: Int(size), format: format, port: Int(port))
}

private func doIdle(handle: LV2UI_Handle?) -> Int32 {
  guard let handle else { return 1 }
  face(handle).takeUnretainedValue().idle()
  return 0
}

private func extensionData(uri: UnsafePointer<CChar>?) -> UnsafeRawPointer? {
  guard let uri, String(cString: uri) == URI.idle else { return nil }
  return UnsafeRawPointer(Descriptors.shared.idle)
}
