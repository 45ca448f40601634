internal import CX11

/// The server's numbers for words.
struct XAtoms {
  let dropAware, dropEnter, dropPosition, dropStatus, dropLeave, dropped, dropFinished: Atom
  let dropSelection, dropTypes, dropCopy: Atom
  let uriList, text, clipboard, data: Atom

  init(_ display: OpaquePointer) {
    func atom(_ name: String) -> Atom { XInternAtom(display, name, 0) }
    dropAware = atom("XdndAware")
    dropEnter = atom("XdndEnter")
    dropPosition = atom("XdndPosition")
    dropStatus = atom("XdndStatus")
    dropLeave = atom("XdndLeave")
    dropped = atom("XdndDrop")
    dropFinished = atom("XdndFinished")
    dropSelection = atom("XdndSelection")
    dropTypes = atom("XdndTypeList")
    dropCopy = atom("XdndActionCopy")
    uriList = atom("text/uri-list")
    text = atom("UTF8_STRING")
    clipboard = atom("CLIPBOARD")
    data = atom("DIVISI_DATA")
  }
}
