import Glibc
import Synchronization

/// The object behind a handle that a caller has.
///
/// - Precondition: the handle was made by ``handle(_:)`` for an object of this type, and was not freed.
func object<Object: AnyObject>(_ handle: OpaquePointer, as type: Object.Type = Object.self)
  -> Object
{
  Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
}

/// A handle for a caller, who frees it.
func handle(_ object: AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// Frees the object behind a handle.
func free(_ handle: OpaquePointer?) {
  guard let handle else { return }
  Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(handle)).release()
}

/// Text for callers, which stays where it is for as long as this does.
final class Texts: Sendable {
  private struct List: @unchecked Sendable {
    var texts: [UnsafeMutablePointer<CChar>] = []
  }

  private let list = Mutex(List())

  /// Those of the library itself, which live as long as the process.
  static let ofLibrary = Texts()

  deinit {
    list.withLock { for text in $0.texts { Glibc.free(text) } }
  }

  /// Keeps a copy of a text.
  func keep(_ text: String) -> UnsafePointer<CChar> {
    let copy = strdup(text)!
    list.withLock { $0.texts.append(copy) }
    return UnsafePointer(copy)
  }
}
