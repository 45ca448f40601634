internal import CX11

/// Files that are dropped (XDND, version 5) or pasted.
///
/// - SeeAlso: freedesktop.org, "Drag-and-Drop Protocol for the X Window System".
struct XFiles {
  private static let version = 5
  /// No list of files is longer, in bytes.
  private static let longest = 1 << 18

  private let display: OpaquePointer
  private let window: Window
  private let atoms: XAtoms
  /// Who drags something over the window, and whether it is files.
  private var source: Window = 0
  private var bringsFiles = false
  private var isDropped = false

  init(_ display: OpaquePointer, _ window: Window) {
    self.display = display
    self.window = window
    atoms = XAtoms(display)
    var version = Self.version
    withUnsafeBytes(of: &version) { bytes in
      _ = XChangeProperty(
        display, window, atoms.dropAware, Atom(4) /* XA_ATOM */, 32, PropModeReplace,
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), 1)
    }
  }

  /// Asks for what is in the clipboard.
  func paste(at time: Time) {
    XConvertSelection(display, atoms.clipboard, atoms.text, atoms.data, window, time)
  }

  /// Takes a message of whoever drags something.
  mutating func take(_ message: XClientMessageEvent) {
    let data = message.data.l
    switch message.message_type {
    case atoms.dropEnter:
      source = Window(UInt(bitPattern: data.0))
      let types =
        data.1 & 1 == 0
        ? [data.2, data.3, data.4].map { Atom(UInt(bitPattern: $0)) } : listedTypes()
      bringsFiles = types.contains(atoms.uriList)
    case atoms.dropPosition:
      source = Window(UInt(bitPattern: data.0))
      reply(
        atoms.dropStatus,
        (
          Int(bitPattern: window), bringsFiles ? 1 : 0, 0, 0,
          bringsFiles ? Int(bitPattern: atoms.dropCopy) : 0
        ))
    case atoms.dropLeave: source = 0
    case atoms.dropped:
      source = Window(UInt(bitPattern: data.0))
      isDropped = true
      if bringsFiles {
        XConvertSelection(
          display, atoms.dropSelection, atoms.uriList, atoms.data, window,
          Time(UInt(bitPattern: data.2)))
      } else {
        finish(isTaken: false)
      }
    default: break
    }
  }

  /// Takes what was asked for.
  ///
  /// - Returns: the paths of files.
  mutating func take(_ event: XSelectionEvent) -> [String] {
    let bytes = event.property == 0 ? [] : property(event.property, of: window, isRemoved: true)
    let paths = FileURI.paths(bytes)
    if isDropped { finish(isTaken: !paths.isEmpty) }
    return paths
  }

  private mutating func finish(isTaken: Bool) {
    isDropped = false
    reply(
      atoms.dropFinished,
      (
        Int(bitPattern: window), isTaken ? 1 : 0, isTaken ? Int(bitPattern: atoms.dropCopy) : 0, 0,
        0
      ))
    source = 0
  }

  private func reply(_ type: Atom, _ data: (Int, Int, Int, Int, Int)) {
    guard source != 0 else { return }
    var event = XEvent()
    event.xclient.type = ClientMessage
    event.xclient.display = display
    event.xclient.window = source
    event.xclient.message_type = type
    event.xclient.format = 32
    event.xclient.data.l = data
    XSendEvent(display, source, 0, 0, &event)
  }

  /// The types of whoever brings more than three.
  private func listedTypes() -> [Atom] {
    let bytes = property(atoms.dropTypes, of: source, isRemoved: false)
    return bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Atom>.size).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Atom>.size, as: Atom.self)
      }
    }
  }

  private func property(_ name: Atom, of window: Window, isRemoved: Bool) -> [UInt8] {
    var (type, format, count, rest) = (Atom(0), Int32(0), UInt(0), UInt(0))
    var data: UnsafeMutablePointer<UInt8>?
    let status = XGetWindowProperty(
      display, window, name, 0, Self.longest / 4, isRemoved ? 1 : 0, Atom(0), &type, &format,
      &count, &rest, &data)
    guard status == 0, let data else { return [] }
    defer { XFree(data) }
    let size = format == 32 ? MemoryLayout<Int>.size : Int(format) / 8
    return Array(UnsafeBufferPointer(start: data, count: Int(count) * size))
  }
}
