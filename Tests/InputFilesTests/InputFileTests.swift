import Glibc
import InputFiles
import Synchronization
import Testing

@Suite struct InputFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/divisi-test-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
      for name in ["file", "pipe"] { unlink("\(path)/\(name)") }
      rmdir(path)
    }
    try body(path)
  }

  private func write(_ count: Int, to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    let bytes = [UInt8](repeating: 7, count: count)
    #expect(Glibc.write(descriptor, bytes, count) == count)
    close(descriptor)
  }

  private func failure(_ path: String, limit: Int = 1 << 20, pipe: Int? = nil) -> InputFile.Failure?
  {
    do throws(InputFile.Failure) {
      _ = try InputFile.read(path, limit: limit, pipeSeconds: pipe)
      return nil
    } catch {
      return error
    }
  }

  @Test func aFileIsReadUpToItsLimit() throws {
    try withFolder { folder in
      write(5000, to: "\(folder)/file")
      let bytes = try InputFile.read("\(folder)/file", limit: 5000)
      #expect(bytes == [UInt8](repeating: 7, count: 5000))
      #expect(failure("\(folder)/file", limit: 4999) == .tooLarge(limit: 4999))
      #expect(failure("\(folder)/none") == .unreadable(ENOENT))
      #expect(failure(folder) == .unreadable(EISDIR))
    }
  }

  @Test func aDeviceIsRefused() {
    for path in ["/dev/zero", "/dev/null", "/dev/random"] {
      #expect(failure(path, pipe: 5) == .noFile("a device"))
    }
  }

  /// One without a writer, one that is written to and closed, and one that is kept open.
  @Test func aPipeIsNotWaitedForWithoutEnd() throws {
    try withFolder { folder in
      let path = "\(folder)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      #expect(failure(path) == .noFile("a pipe"))
      let bytes = try InputFile.read(path, limit: 10, pipeSeconds: 5)
      #expect(bytes.isEmpty)
      let descriptor = open(path, O_RDWR | O_NONBLOCK)
      #expect(Glibc.write(descriptor, "abc", 3) == 3)
      #expect(failure(path, pipe: 0) == .slow(seconds: 0))
      #expect(Glibc.write(descriptor, "abcdefghijk", 11) == 11)
      #expect(failure(path, limit: 10, pipe: 5) == .tooLarge(limit: 10))
      close(descriptor)
    }
  }

  /// A read of what would never end, which is asked for once and again.
  @Test func aReadIsAbandoned() throws {
    try withFolder { folder in
      write(3 << 20, to: "\(folder)/file")
      let asked = Atomic<Int>(0)
      #expect(throws: InputFile.Failure.abandoned) {
        try InputFile.read("\(folder)/file", limit: 1 << 30) {
          asked.add(1, ordering: .relaxed).newValue == 3
        }
      }
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      let descriptor = open("\(folder)/pipe", O_RDWR | O_NONBLOCK)
      asked.store(0, ordering: .relaxed)
      #expect(throws: InputFile.Failure.abandoned) {
        try InputFile.read("\(folder)/pipe", limit: 10, pipeSeconds: 1000) {
          asked.add(1, ordering: .relaxed).newValue == 3
        }
      }
      close(descriptor)
    }
  }

  @Test func namesAreHarmless() {
    #expect("a\u{1B}[31mb\u{7}\u{9B}c\nd\r\ne\tf\0".onOneLine == "a?[31mb??c?d?e?f?")
    #expect("a\u{202E}b\u{2028}c\u{2066}d".onOneLine == "a?b?c?d")
    #expect("Präludium – ♫ 👩‍🎤".onOneLine == "Präludium – ♫ 👩‍🎤")
    #expect("a\nb\u{1B}\n".harmless == "a\nb?\n")
  }
}
