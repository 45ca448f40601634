import Foundation
import Testing

/// What is on the disk once the host has said that it is, and what is there if it could not be.
@Suite(.serialized) struct SavingTests {
  /// How often the host is killed; `make test-kills` does it more often.
  private static let kills =
    ProcessInfo.processInfo.environment["DIVISI_KILLS"].flatMap { Int($0) } ?? 12

  /// All files of a folder, hidden ones too, with their bytes.
  private func contents(_ path: String) -> [String: Data] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, (try? Data(contentsOf: URL(fileURLWithPath: path + "/" + $0))) ?? Data())
      })
  }

  /// A limit on the sizes of files stands for a disk that is full: what is written up to there stays, as there.
  @Test(arguments: [0, 100, 1000]) func aFullDiskKeepsTheOldState(bytes: Int) throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let place = folder.file("state")
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--osc", "0"])
    let surface = try host.surface()
    #expect(try host.ask("save \(place)", for: "saved") == "saved \(place)")
    let old = contents(place)
    #expect(old["state.ttl"].map { $0.count > 1000 } == true)
    _ = try host.ask("set gain_left -6", for: "gain_left")
    // What the host says would be limited too, so it is asked where no file is in between.
    func limit(_ value: String) throws {
      let run = try Child.run(
        "prlimit", ["--pid", "\(host.identifier)", "--fsize=\(value):unlimited"])
      try #require(run.status == 0, "\(run.errors)")
    }
    try limit("\(bytes)")
    for target in [place, folder.file("new")] {
      surface.send("/divisi/save", .text(target))
      let answer = try surface.wait(for: ["/divisi/save", "/divisi/error"])
      #expect(answer.path == "/divisi/error" && "\(answer)".contains("File too large"), "\(answer)")
    }
    #expect(contents(place) == old)
    #expect(!FileManager.default.fileExists(atPath: folder.file("new")))
    try limit("unlimited")
    #expect(try host.ask("save \(place)", for: "saved") == "saved \(place)")
    #expect(contents(place)["state.ttl"] != old["state.ttl"])
    #expect(Set(contents(place).keys) == Set(old.keys))
    _ = try host.ask("set gain_left 3", for: "gain_left")
    _ = try host.ask("load \(place)", for: "loaded")
    #expect(try host.value("gain_left") == -6)
  }

  private static let mayMount: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    let run = try? Child.run("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", folder.path])
    return run?.status == 0
  }()

  /// A real file system that is full, and one that may only be read, which even root cannot change.
  @Test(.enabled(if: mayMount, "no file system can be mounted here"))
  func disksAreFullAndFoldersLocked() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let script = """
      mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"
      """
    let host = try Child(
      "unshare",
      ["-m", "sh", "-c", script, folder.path, Project.program("divisi-host")] + Polonaise.arguments
        + ["--score", Polonaise.score, "--name", "plug", "--no-connect"],
      environment: server.environment)
    try #require(host.wait { host.output.contains("plays as plug") }, "\(host.errors)")
    // The host sees its own file system there, and so does who looks through its root.
    let inside = "/proc/\(host.identifier)/root" + folder.path
    let place = folder.file("state")
    _ = try host.ask("save \(place)", for: "saved")
    let old = contents(inside + "/state")
    #expect(old.keys.contains("state.ttl"))
    let filler = inside + "/filler"
    _ = FileManager.default.createFile(atPath: filler, contents: nil)
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
    try handle.close()
    _ = try host.ask("set gain_left -6", for: "gain_left")
    host.say("save \(place)")
    #expect(host.wait { host.errors.contains("No space left on device") }, "\(host.errors)")
    #expect(contents(inside + "/state") == old)
    try FileManager.default.removeItem(atPath: filler)
    let locked = try Child.run(
      "nsenter",
      [
        "-m", "-t", "\(host.identifier)", "mount", "-o", "remount,ro", folder.path,
      ])
    try #require(locked.status == 0, "\(locked.errors)")
    host.say("save \(place)")
    #expect(host.wait { host.errors.contains("Read-only file system") }, "\(host.errors)")
    host.say("save \(folder.file("other"))")
    #expect(
      host.wait { host.errors.components(separatedBy: "Read-only file system").count == 3 },
      "\(host.errors)")
    #expect(contents(inside + "/state") == old)
    #expect(host.output.components(separatedBy: "saved ").count == 2)
  }

  /// Killed at any moment, the host leaves the state that it had said was saved, or a later one; each whole.
  @Test func killsLeaveWholeStates() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let place = folder.file("state")
    var (said, tried) = (0, 0)
    for turn in 0...Self.kills {
      let name = "plug\(turn)"
      let host = try server.host(
        Polonaise.arguments + ["--score", Polonaise.score, "--state", place], name: name)
      if turn > 0 {
        let found = Int(-(try host.value("gain_left")))
        let map = try host.ask("maps", for: "cc")
        #expect((said...tried).contains(found), "\(turn)")
        #expect(map == "cc\(found)=gain_left", "\(turn): parts of two states")
        said = found
        tried = found
      }
      #expect(!folder.files.contains { $0.contains("/.divisi-") }, "\(folder.files)")
      if turn == Self.kills {
        host.send(SIGKILL)
        host.wait()
        break
      }
      // Numbers that are gains and controllers, too.
      let numbers = turn % 2 == 0 ? Array(1...29) : Array(30...59)
      (said, tried) = (numbers[0], numbers[numbers.count - 1])
      for number in numbers {
        host.say("set gain_left -\(number)\nunmap\nmap cc\(number)=gain_left\nsave")
      }
      try #require(host.wait { host.output.contains("saved ") }, "\(host.errors)")
      usleep(UInt32.random(in: 0...60_000))
      host.send(SIGKILL)
      host.wait()
      let count = host.output.components(separatedBy: "saved ").count - 1
      said = numbers[count - 1]
      tried = numbers[min(count, numbers.count - 1)]
    }
  }
}
