internal import CLilv
internal import Glibc

/// The files that a state refers to: what they are called in its folder, and how they get there.
///
/// A file that the plugin has made is copied, one from elsewhere is linked, and one that is in the folder stays where it
/// is. None takes the name of another.
final class StateFiles {
  private let folder: StateFolder
  /// Where the plugin makes files while it runs, without links; nil if it cannot.
  private let scratch: String?
  /// Names by path.
  private var names: [String: String] = [:]
  /// What could not be copied or linked; nil while all is well.
  private(set) var problem: HostingError?
  let mapFeature = UnsafeMutablePointer<LV2_State_Map_Path>.allocate(capacity: 1)
  let makeFeature = UnsafeMutablePointer<LV2_State_Make_Path>.allocate(capacity: 1)
  let freeFeature = UnsafeMutablePointer<LV2_State_Free_Path>.allocate(capacity: 1)

  init(_ folder: StateFolder, scratch: String?) {
    self.folder = folder
    self.scratch = scratch.map { Disk.real($0) }
    let handle = Unmanaged.passUnretained(self).toOpaque()
    mapFeature.initialize(
      to: LV2_State_Map_Path(
        handle: handle,
        abstract_path: { handle, path in
          guard let path else { return nil }
          return strdup(StateFiles.behind(handle).abstract(String(cString: path)))
        },
        absolute_path: { handle, path in
          guard let path else { return nil }
          return strdup(StateFiles.behind(handle).absolute(String(cString: path)))
        }))
    makeFeature.initialize(
      to: LV2_State_Make_Path(handle: handle) { handle, path in
        guard let path else { return nil }
        return strdup(StateFiles.behind(handle).make(String(cString: path)))
      })
    freeFeature.initialize(to: LV2_State_Free_Path(handle: nil) { _, path in Glibc.free(path) })
  }

  deinit {
    mapFeature.deallocate()
    makeFeature.deallocate()
    freeFeature.deallocate()
  }

  private static func behind(_ handle: UnsafeMutableRawPointer?) -> StateFiles {
    guard let handle else { preconditionFailure("the plugin has lost its host's handle") }
    return Unmanaged<StateFiles>.fromOpaque(handle).takeUnretainedValue()
  }

  // MARK: What the plugin asks for

  /// What the state calls a file.
  private func abstract(_ path: String) -> String {
    guard !path.isEmpty else { return "" }
    let real = Disk.real(path)
    if let name = names[real] { return name }
    let name: String
    if let made = Self.relative(real, to: folder.place(ofFile: "")) {
      name = made
    } else if let own = Self.relative(real, to: folder.path + "/") {
      name = own
    } else if let made = scratch.flatMap({ Self.relative(real, to: $0 + "/") }) {
      name = copy(real, as: made)
    } else {
      name = link(real)
    }
    names[real] = name
    return name
  }

  private func absolute(_ name: String) -> String {
    guard !name.hasPrefix("/") else { return name }
    let staged = folder.place(ofFile: name)
    return Disk.exists(staged) ? staged : folder.path + "/" + name
  }

  /// A place for a file that the plugin makes while it is asked.
  private func make(_ wanted: String) -> String {
    let parts = wanted.split(separator: "/").filter { $0 != "." && $0 != ".." }
    let name = freeName(parts.joined(separator: "/")) { _ in false }.name
    makeFolder(of: name)
    return folder.place(ofFile: name)
  }

  // MARK: How files come along

  private func copy(_ path: String, as wanted: String) -> String {
    guard let bytes = Disk.read(path) else {
      note(HostingError(path, "expected to read this; \(String(cString: strerror(errno)))"))
      return wanted
    }
    let (name, isThere) = freeName(wanted) { Disk.read(self.folder.path + "/" + $0) == bytes }
    guard !isThere else { return name }
    makeFolder(of: name)
    do throws(HostingError) {
      try Disk.write(bytes, to: folder.place(ofFile: name), for: folder.path + "/" + name)
    } catch {
      note(error)
    }
    return name
  }

  private func link(_ path: String) -> String {
    let wanted = path.split(separator: "/").last.map(String.init) ?? "file"
    let (name, isThere) = freeName(wanted) {
      let own = self.folder.path + "/" + $0
      // A link to a file that is gone is still the one that is wanted.
      return Disk.real(own) == path || Disk.target(own) == path
    }
    if !isThere, symlink(path, folder.place(ofFile: name)) != 0 {
      note(Disk.unwritable(folder.path + "/" + name))
    }
    return name
  }

  /// A name that nothing has, or that of a file that is the wanted one.
  private func freeName(
    _ wanted: String, isWanted: (String) -> Bool
  ) -> (name: String, isThere: Bool) {
    let slash = wanted.lastIndex(of: "/").map { wanted.index(after: $0) } ?? wanted.startIndex
    let dot = wanted[slash...].lastIndex(of: ".") ?? wanted.endIndex
    var number = 1
    while true {
      let name = number == 1 ? wanted : wanted[..<dot] + "-\(number)" + wanted[dot...]
      if !folder.has(name) { return (name, false) }
      if isWanted(name) { return (name, true) }
      number += 1
    }
  }

  private func makeFolder(of name: String) {
    guard let slash = name.lastIndex(of: "/") else { return }
    do throws(HostingError) {
      _ = try Disk.makeFolder(folder.place(ofFile: String(name[..<slash])))
    } catch {
      note(error)
    }
  }

  private func note(_ error: HostingError) { problem = problem ?? error }

  private static func relative(_ path: String, to folder: String) -> String? {
    path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : nil
  }
}
