import FoundationEssentials
import Glibc
import Terminal

extension Failure {
  /// What went wrong, as one line with the file and the system's reason.
  init(of error: any Error) {
    guard let error = error as? CocoaError else {
      self = error as? Failure ?? Failure("\(error)")
      return
    }
    let path = error.userInfo["NSFilePath"] as? String ?? "a file"
    let reason =
      (error.userInfo["NSUnderlyingError"] as? POSIXError)?.code.rawValue
      ?? Self.number(of: error.code)
    self.init("\(path): \(reason.map { String(cString: strerror($0)) } ?? "it cannot be written")")
  }

  private static func number(of code: CocoaError.Code) -> Int32? {
    switch code {
    case .fileNoSuchFile, .fileReadNoSuchFile: ENOENT
    case .fileWriteNoPermission, .fileReadNoPermission: EACCES
    case .fileWriteOutOfSpace: ENOSPC
    case .fileWriteFileExists: EEXIST
    case .fileWriteVolumeReadOnly: EROFS
    default: nil
    }
  }
}
