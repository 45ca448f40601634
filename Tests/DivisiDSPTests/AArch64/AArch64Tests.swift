import Foundation
import Testing

private enum AArch64Tools {
  /// What these tests need and is not there.
  static let missing: String = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    func isTool(_ name: String) -> Bool {
      path.split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
      }
    }
    var missing = ["swiftc", "qemu-aarch64"].filter { !isTool($0) }
    if !FileManager.default.fileExists(atPath: "/usr/aarch64-linux-gnu/include/stdio.h") {
      missing.append("libc6-dev-arm64-cross")
    }
    return missing.joined(separator: ", ")
  }()
}

/// What of Divisi runs on aarch64, as far as another machine can show it.
@Suite(.enabled(if: AArch64Tools.missing.isEmpty, "missing: \(AArch64Tools.missing)"))
struct AArch64Tests {
  @Test func denormalsAreFlushedAndRestored() throws {
    #expect(try check("shims") == "")
  }

  /// Embedded Swift for aarch64 under an emulator, against this machine's kernels.
  @Test func kernelsGiveTheSameBits() throws {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * digestMemory, alignment: 64)
    defer { memory.deallocate() }
    let digest = kernelDigest(memory.bindMemory(to: Float.self, capacity: digestMemory))
    #expect(
      try check("kernels") == String(repeating: "0", count: 16 - hex(digest).count) + hex(digest))
  }

  private func hex(_ value: UInt64) -> String { String(value, radix: 16) }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["DIVISI_RELEASE"] != nil,
      "it takes a minute: make test-release"))
  func modulesCompile() throws {
    let modules = try check("modules").split(separator: "\n")
    #expect(modules.contains("DivisiEngine"))
  }

  /// What a part of the script prints; a failure is what it reports.
  private func check(_ part: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "aarch64-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = root.appending(path: "AArch64/check.sh")
    process.arguments = [part, folder.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(
      decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(output)")
    return output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
