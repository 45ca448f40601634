import DivisiControls
import Foundation
import Testing

@testable import PluginFace

/// The plugin's own window on an X server, as a host shows it.
@Suite struct FaceTests {
  private static func port(_ symbol: String, _ kind: PluginKind) throws -> Int {
    try #require(kind.index(of: symbol))
  }

  @Test func oneSymbolIsExported() throws {
    let output = try Child.run("nm", ["-D", "--defined-only", FaceStage.object])
    let symbols = output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(symbols == ["lv2ui_descriptor"])
  }

  /// No toolkit, and no Swift runtime; what reads scores comes with the names of parts, and is there for the plugin.
  @Test func neededLibrariesAreFixed() throws {
    let lines = try Child.run("readelf", ["-d", "-W", FaceStage.object]).split(separator: "\n")
    let needed = lines.filter { $0.contains("(NEEDED)") }.compactMap {
      $0.split(separator: "[").last?.split(separator: "]").first.map(String.init)
    }
    let allowed: Set = [
      "libX11.so.6", "libcairo.so.2", "libexpat.so.1", "libzip.so.4", "libstdc++.so.6",
      "libgcc_s.so.1", "libm.so.6", "libc.so.6",
      "ld-linux-x86-64.so.2",
    ]
    #expect(Set(needed).subtracting(allowed).isEmpty, "\(needed)")
    #expect(!lines.contains { $0.contains("RUNPATH") || $0.contains("RPATH") })
    #expect(lines.contains { $0.contains("FLAGS_1") && $0.contains("NODELETE") })
  }

  @Test(arguments: PluginKind.separating)
  func aWindowOpensAndAsksForWhatItShows(kind: PluginKind) throws {
    let server = try XServer()
    var stage = FaceStage()
    stage.open(0, kind)
    stage.say("picture 0 \(try Self.pictures())/\(kind.fileName).png")
    let said = try stage.run(on: server)
    let size = Desk.size(for: kind)
    #expect(said.first == "size 0 \(Int(size.width)) \(Int(size.height))")
    // For files and messages, and for the score.
    let control = kind.index(of: "control").map { "get 0 \($0)" }
    #expect(Array(said.dropFirst()) == (control.map { [$0, $0] } ?? []))
  }

  /// Where pictures are left for people who want to see them.
  static func pictures() throws -> String {
    let folder = Bundle.root + "/build/tests/faces"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  @Test(arguments: [1.0, 1.5, 2.0])
  func gesturesSetControls(scale: Double) throws {
    let server = try XServer()
    let kind = PluginKind.drums
    var stage = FaceStage()
    stage.open(0, kind, scale: scale)
    try stage.drag(0, .mute(1), of: kind, scale: scale)
    try stage.drag(0, .solo(2), of: kind, scale: scale)
    stage.say("wait 500")
    try stage.drag(0, .solo(2), of: kind, scale: scale)
    let (x, y) = try FaceStage.place(.gain(0), kind, scale: scale)
    stage.say("wheel 0 \(x) \(y) 4")
    stage.say("idle 1")
    stage.say("press 0 \(x) \(y) 5 shift")
    stage.say("idle 1")
    let said = try stage.run(on: server).filter { $0.hasPrefix("set") }
    let mute = try Self.port("mute_snare", kind)
    let solo = try Self.port("solo_hihat", kind)
    let gain = try Self.port("gain_kick", kind)
    #expect(
      said == [
        "set 0 \(mute) 1", "set 0 \(solo) 1", "set 0 \(solo) 0", "set 0 \(gain) 0.5",
        "set 0 \(gain) -0.5",
      ])
  }

  /// A fader is held while it is dragged, follows the hand, and stays where the hand leaves it whatever the host says
  /// meanwhile.
  @Test func aDraggedFaderIsTheHands() throws {
    let server = try XServer()
    let kind = PluginKind.hands
    let gain = try Self.port("gain_left", kind)
    var stage = FaceStage()
    stage.open(0, kind)
    let (x, y) = try FaceStage.place(.gain(0), kind)
    stage.say("press 0 \(x) \(y) 1")
    stage.say("idle 1")
    stage.say("value 0 \(gain) 12")
    stage.say("idle 1")
    stage.say("move 0 \(x) \(y + 10) 1")
    stage.say("idle 1")
    stage.say("release 0 \(x) \(y + 10) 1")
    stage.say("idle 1")
    let said = try stage.run(on: server).filter { !$0.hasPrefix("size") && !$0.hasPrefix("get") }
    #expect(said.first == "touch 0 \(gain) 1")
    #expect(said.last == "touch 0 \(gain) 0")
    let values = said.filter { $0.hasPrefix("set") }.compactMap {
      $0.split(separator: " ").last.flatMap { Double($0) }
    }
    #expect(values.count == 2)
    #expect(values.allSatisfy { (-40...0).contains($0) })
    #expect(values[1] < values[0])
  }

  /// What changed while nobody could see it is there when the window is shown again, whatever its size has become.
  @Test func aHiddenWindowIsDrawnWhenItIsShown() throws {
    let server = try XServer()
    let kind = PluginKind.hands
    var stage = FaceStage()
    stage.open(0, kind)
    stage.say("count 0 B23A2A")
    stage.say("hide 0")
    stage.say("value 0 \(try Self.port("mute_left", kind)) 1")
    stage.say("idle 3")
    stage.say("resize 0 800 560")
    stage.say("idle 3")
    stage.say("show 0")
    stage.say("idle 3")
    stage.say("count 0 B23A2A")
    // And covered by another window, it is as it was.
    stage.open(1, kind)
    stage.say("close 1")
    stage.say("idle 3")
    stage.say("count 0 B23A2A")
    let counts = try stage.run(on: server).filter { $0.hasPrefix("pixels") }
      .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    try #require(counts.count == 3)
    #expect(counts[0] == 0 && counts[1] > 500 && counts[2] == counts[1], "\(counts)")
  }

  @Test func keysAndTypingSetControls() throws {
    let server = try XServer()
    let kind = PluginKind.handsMix
    let gain = try Self.port("gain_left", kind)
    let mute = try Self.port("mute_left", kind)
    var stage = FaceStage()
    stage.open(0, kind)
    for key in [
      "Tab", "Tab", "Tab", "Up", "Up shift", "Next", "m", "minus", "3", "period", "5", "Return",
      "0",
    ] {
      stage.say("key 0 \(key)")
      stage.say("idle 1")
    }
    let said = try stage.run(on: server).filter { $0.hasPrefix("set") }
    #expect(
      said == [
        "set 0 \(gain) 0.5", "set 0 \(gain) 1.5", "set 0 \(gain) -4.5", "set 0 \(mute) 1",
        "set 0 \(gain) -3.5", "set 0 \(gain) 0",
      ])
  }

  /// What one window has used is offered by the next, by the pointer and by keys; the file in use is not.
  @Test func filesThatWereUsedAreOffered() throws {
    let kind = PluginKind.handsMix
    let (control, notify) = (try Self.port("control", kind), try Self.port("notify", kind))
    let state = try TemporaryFolder()
    func use(_ number: Int, _ path: String, in stage: inout FaceStage) {
      stage.say("text \(number) \(notify) urn:divisi:a_score Path \(path)")
      stage.say("idle 1")
    }
    var first = FaceStage()
    first.open(0, kind)
    for name in ["one", "two", "three"] { use(0, "/music/\(name).mid", in: &first) }
    _ = try first.run(on: XServer(), state: state.path)
    #expect(
      try state.text("divisi/recent")
        == "score\t/music/three.mid\nscore\t/music/two.mid\nscore\t/music/one.mid\n")

    var second = FaceStage()
    second.open(0, kind)
    use(0, "/music/three.mid", in: &second)
    try second.drag(0, .recent(.score), of: kind)
    second.say("picture 0 \(try Self.pictures())/recent.png")
    let size = Desk.size(for: kind)
    var desk = Desk(kind, width: size.width, height: size.height)
    desk.openMenu(.score, ["/music/two.mid", "/music/one.mid"])
    let row = try #require(desk.layout.frame(of: .entry(1))).middle
    second.say("press 0 \(Int(row.x)) \(Int(row.y)) 1")
    second.say("idle 1")
    for key in ["Tab", "Down", "Down", "Up", "Return"] {
      second.say("key 0 \(key)")
      second.say("idle 1")
    }
    let said = try second.run(on: XServer(), state: state.path).filter { $0.hasPrefix("patch") }
    #expect(
      said == [
        "patch 0 \(control) score /music/one.mid", "patch 0 \(control) score /music/two.mid",
      ])
  }

  /// A shade that somebody has chosen is that of every window from then on, whatever the host's is.
  @Test func aChosenShadeIsKept() throws {
    let kind = PluginKind.hands
    let state = try TemporaryFolder()
    func pixels(isDark: Bool, presses: Bool) throws -> [Int] {
      var stage = FaceStage()
      stage.open(0, kind, isDark: isDark)
      if presses { try stage.drag(0, .shade, of: kind) }
      for colour in ["F3F2EE", "121518"] { stage.say("count 0 \(colour)") }
      return try stage.run(on: XServer(), state: state.path)
        .filter { $0.hasPrefix("pixels") }.compactMap {
          $0.split(separator: " ").last.flatMap { Int($0) }
        }
    }
    let (isLight, isDark) = ({ ($0 as [Int])[0] > 10_000 }, { ($0 as [Int])[1] > 10_000 })
    #expect(isLight(try pixels(isDark: false, presses: false)))
    #expect(isDark(try pixels(isDark: true, presses: false)))
    #expect(isDark(try pixels(isDark: false, presses: true)))
    #expect(isDark(try pixels(isDark: false, presses: false)))
    #expect(isLight(try pixels(isDark: true, presses: true)))
    #expect(isLight(try pixels(isDark: true, presses: false)))
    #expect(try state.text("divisi/shade") == "light\n")
    try state.write("mauve\n", to: "divisi/shade")
    #expect(isDark(try pixels(isDark: true, presses: false)))
  }

  /// Where the list should be lies a pipe that nobody writes to; then a link, which stays one.
  @Test func theListOfFilesIsNotWaitedFor() throws {
    let kind = PluginKind.hands
    let notify = try Self.port("notify", kind)
    let state = try TemporaryFolder()
    let list = state.file("divisi/recent")
    try state.write("model\t/music/old.safetensors\nscore\t/music/cut", to: "elsewhere")
    try FileManager.default.createDirectory(
      atPath: state.file("divisi"), withIntermediateDirectories: true)
    func use(_ name: String) throws {
      var stage = FaceStage()
      stage.open(0, kind)
      stage.say("text 0 \(notify) urn:divisi:a_score Path /music/\(name).mid")
      stage.say("idle 1")
      try stage.drag(0, .recent(.model), of: kind)
      _ = try stage.run(on: XServer(), state: state.path)
    }
    try #require(mkfifo(list, 0o600) == 0)
    try use("one")
    try FileManager.default.removeItem(atPath: list)
    try FileManager.default.createSymbolicLink(
      atPath: list, withDestinationPath: state.file("elsewhere"))
    try use("two")
    #expect(
      try state.text("elsewhere") == "score\t/music/two.mid\nmodel\t/music/old.safetensors\n")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: list) == state.file("elsewhere"))
  }

  @Test func filesAreChosenAndDropped() throws {
    let server = try XServer()
    let kind = PluginKind.hands
    let control = try Self.port("control", kind)
    var stage = FaceStage()
    stage.open(0, kind)
    try stage.drag(0, .score, of: kind)
    try stage.drag(0, .model, of: kind)
    stage.say("drop 0 file:///music/a%20piece.mid")
    stage.say("idle 1")
    stage.say("drop 0 file:///music/bank.safetensors")
    stage.say("idle 1")
    stage.say("paste 0 /music/pasted.musicxml")
    stage.say("idle 1")
    stage.say("drop 0 https://example.org/piece.mid")
    stage.say("idle 1")
    let said = try stage.run(on: server).filter { !$0.hasPrefix("size") && !$0.hasPrefix("get") }
    #expect(
      said == [
        "request 0 score 1", "request 0 model 1",
        "patch 0 \(control) score /music/a piece.mid", "dropped 0 1",
        "patch 0 \(control) model /music/bank.safetensors", "dropped 0 1",
        "patch 0 \(control) score /music/pasted.musicxml", "dropped 0 0",
      ])
  }
}
