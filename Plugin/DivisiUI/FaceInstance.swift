// Thread: user interface

internal import CLV2
import DivisiControls
import PluginFace

/// What takes values for the plugin's ports.
struct PortWriter {
  let write: LV2UI_Write_Function
  let controller: LV2UI_Controller?

  func set(_ value: Float, port: Int) {
    var value = value
    write(controller, UInt32(port), 4, 0, &value)
  }

  func send(_ message: PatchMessage, port: Int, urids: URIDs) {
    guard urids.eventTransfer != 0 else { return }
    let bytes = message.bytes(urids)
    bytes.withUnsafeBytes {
      write(controller, UInt32(port), UInt32($0.count), urids.eventTransfer, $0.baseAddress)
    }
  }
}

/// A face and the host that shows it.
final class FaceInstance {
  private let face: Face
  private let host: HostOffers
  private let ports: PortWriter
  /// Where the window and the plugin talk.
  private let control: Int?
  private let notify: Int?
  private var urids: URIDs { host.urids }

  /// - Returns: nil where the host has no window for it, or X no server.
  init?(_ kind: PluginKind, _ host: HostOffers, _ ports: PortWriter) {
    guard let parent = host.parent,
      let face = Face(
        kind, parent: parent, scale: host.scale, isDark: host.isDark, sampleRate: host.sampleRate,
        canChoose: host.requestValue != nil)
    else { return nil }
    self.face = face
    self.host = host
    self.ports = ports
    control = kind.index(of: "control")
    notify = kind.index(of: "notify")
    if let resize = host.resize, let function = resize.pointee.ui_resize {
      _ = function(resize.pointee.handle, Int32(face.size.width), Int32(face.size.height))
    }
    if let control {
      ports.send(PatchMessage(get: 0), port: control, urids: urids)
      ports.send(PatchMessage(get: urids.notes), port: control, urids: urids)
    }
  }

  var windowID: UInt { face.windowID }

  /// Takes what has happened at a port.
  func take(_ buffer: UnsafeRawPointer, size: Int, format: UInt32, port: Int) {
    if format == 0 {
      if size == 4 { face.take(buffer.loadUnaligned(as: Float.self), port: port) }
    } else if format == urids.eventTransfer, port == notify,
      let message = PatchMessage(UnsafeRawBufferPointer(start: buffer, count: size), urids: urids)
    {
      take(message)
    }
  }

  private func take(_ message: PatchMessage) {
    if message.isSet, message.type == urids.chunk, message.type != 0 { return takeNews(message) }
    guard let text = message.text(urids) else { return }
    switch message.property {
    case urids.score: face.take(.score, path: text)
    case urids.modelFile: face.take(.model, path: text)
    case urids.message: face.say(text)
    default: break
    }
  }

  private func takeNews(_ message: PatchMessage) {
    switch message.property {
    case urids.notes: face.take(.notes, message.value)
    case urids.beats: face.take(.beats, message.value)
    case urids.heard: face.take(.heard, message.value)
    case urids.place: face.take(.place, message.value)
    default: break
    }
  }

  func idle() {
    if let control, let question = face.nextQuestion() {
      let property = question == .notes ? urids.notes : urids.place
      ports.send(PatchMessage(get: property), port: control, urids: urids)
    }
    for wish in face.idle() { fulfil(wish) }
  }

  private func fulfil(_ wish: Wish) {
    switch wish {
    case .set(let port, let value): ports.set(value, port: port)
    case .hold(let port, let isHeld):
      guard let touch = host.touch, let function = touch.pointee.touch else { return }
      function(touch.pointee.handle, UInt32(port), isHeld)
    case .choose(let file): choose(file)
    case .use(let file, let path):
      guard let control else { return }
      ports.send(
        PatchMessage(set: property(file), path: path, urids: urids), port: control, urids: urids)
    }
  }

  private func property(_ file: FaceFile) -> UInt32 {
    file == .score ? urids.score : urids.modelFile
  }

  /// Has the host ask for a file, which it then gives the plugin itself.
  private func choose(_ file: FaceFile) {
    guard let request = host.requestValue, let function = request.pointee.request else {
      return face.say("This host has no dialog for files: drop a file here, or paste its path")
    }
    let status = function(request.pointee.handle, property(file), urids.path, nil)
    if status != LV2UI_REQUEST_VALUE_SUCCESS, status != LV2UI_REQUEST_VALUE_BUSY {
      face.say("This host has no dialog for files: drop a file here, or paste its path")
    }
  }
}
