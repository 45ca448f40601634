import ArgumentParser
import CDivisi
import DivisiControls
import DivisiEngine
import DivisiSeparation
import InputFiles

/// Why a call failed.
final class LibraryError: Sendable {
  let code: divisi_code
  private let texts = Texts()
  /// Valid as long as the error.
  nonisolated(unsafe) let text: UnsafePointer<CChar>

  init(_ error: any Error) {
    switch error {
    case SeparationError.cancelled:
      code = DIVISI_CANCELLED
      text = texts.keep("cancelled")
    case let usage as ValidationError:
      code = DIVISI_USAGE
      text = texts.keep(usage.message.onOneLine)
    case let usage as WrongOptions:
      code = DIVISI_USAGE
      text = texts.keep(usage.description.onOneLine)
    default:
      code = DIVISI_INPUT
      text = texts.keep("\(error)".onOneLine)
    }
  }
}

/// Options that do not exist, or have values that cannot be.
struct WrongOptions: Error, CustomStringConvertible {
  let description: String
}

typealias ErrorPlace = UnsafeMutablePointer<OpaquePointer?>?

/// Does a caller's work; an error goes where the caller wants it.
///
/// - Returns: nil on failure.
func answering<Value>(_ place: ErrorPlace, _ work: () throws -> Value) -> Value? {
  do {
    return try work()
  } catch {
    place?.pointee = handle(LibraryError(error))
    return nil
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_error_code(_ error: OpaquePointer!) -> Int32 {
  Int32(object(error, as: LibraryError.self).code.rawValue)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_error_text(_ error: OpaquePointer!) -> UnsafePointer<CChar>! {
  object(error, as: LibraryError.self).text
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_error_free(_ error: OpaquePointer!) { free(error) }
