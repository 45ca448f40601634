import FoundationEssentials
import Glibc
import NIOCore
import Terminal

/// A file on its way into a project's folder, which appears there whole or not at all.
///
/// - Thread: the server's.
final class UploadFile {
  let upload: StudioRequest.Upload
  private let project: Project
  private let temporary: String
  private var descriptor: Int32

  init(_ upload: StudioRequest.Upload, to project: Project) throws {
    self.upload = upload
    self.project = project
    var template = Array((project.path + "/" + Project.uploadPrefix + "XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    temporary = template.withUnsafeBufferPointer {
      $0.baseAddress.map { String(cString: $0) } ?? ""
    }
    guard descriptor >= 0 else {
      throw Failure("\(project.path): \(String(cString: strerror(errno)))")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  func write(_ buffer: ByteBuffer) throws {
    try buffer.withUnsafeReadableBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw failure() }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Gives it its name.
  ///
  /// - Returns: the name.
  func finish() throws -> String {
    let name = Project.harmless(upload.name, fallback: upload.kind.rawValue)
    guard fchmod(descriptor, 0o644) == 0 else { throw failure() }
    let path = try project.freePath(in: upload.kind.rawValue, named: name)
    // Unlike `rename`, it replaces nothing; some file systems cannot do that.
    guard link(temporary, path) == 0 || errno != EEXIST && rename(temporary, path) == 0 else {
      throw failure()
    }
    close(descriptor)
    descriptor = -1
    unlink(temporary)
    return URL(fileURLWithPath: path).lastPathComponent
  }

  private func failure() -> Failure {
    Failure("\(project.path): \(String(cString: strerror(errno)))")
  }
}
