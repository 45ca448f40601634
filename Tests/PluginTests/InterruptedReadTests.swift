import Foundation
import LV2Hosting
import Testing

/// Scores that are still being read when the plugin is deactivated.
@Suite struct InterruptedReadTests {
  /// MusicXML with a note for each hand behind a hundred megabytes of blanks, which take a while to read.
  private static func writeSlowScore(to path: String) throws {
    let head =
      "<score-partwise><part-list><score-part id=\"P\"/></part-list><part id=\"P\"><measure>"
    let notes = [1, 2].map {
      "<note><pitch><step>C</step><octave>\(6 - $0)</octave></pitch><duration>1</duration>"
        + "<staff>\($0)</staff></note>"
    }
    let document =
      Data(head.utf8) + Data(repeating: 0x20, count: 100 << 20)
      + Data((notes.joined() + "</measure></part></score-partwise>").utf8)
    try document.write(to: URL(fileURLWithPath: path))
  }

  /// An instance that reads on a thread of its own.
  private struct Setting {
    let world: World
    let instance: Instance
    let events: AtomSequence

    init(_ gate: Gate) throws {
      world = try Bundle.world()
      var render = Render()
      render.controls["freewheel"] = 0
      render.features.worker = .absent
      render.features.log = gate.log
      instance = try render.instance(in: world)
      let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
      events = try #require(instance.events(control.index))
    }

    func choose(_ paths: String...) {
      for path in paths {
        events.append(at: 0, .set("urn:divisi:a_score", path: path, world.urids))
      }
      instance.run(64)
    }

    var saved: String {
      get throws { try State(of: instance).text(uri: "urn:test:saved") }
    }
  }

  /// While the worker tells of the first score, it is certain to come to the next. Whether that has been read
  /// before the deactivation is up to the system, but not every time.
  @Test func aDeactivationDoesNotWaitForAScore() throws {
    let folder = try TemporaryFolder()
    let slow = folder.file("slow.musicxml")
    try Self.writeSlowScore(to: slow)
    var isInterrupted = false
    for _ in 0..<20 where !isInterrupted {
      let gate = Gate(at: "/no/such/score")
      let setting = try Setting(gate)
      setting.instance.activate()
      setting.choose("/no/such/score", slow)
      while !gate.holds { usleep(1000) }
      gate.open()
      setting.instance.deactivate()
      isInterrupted = !gate.text.contains("slow.musicxml: notes:")
      // Neither is it lost, nor is there anything to complain of.
      #expect(try setting.saved.contains("slow.musicxml"))
      #expect(gate.text.contains("slow.musicxml: notes:"))
      #expect(!gate.text.contains("abandoned"))
    }
    #expect(isInterrupted)
  }

  /// However far the read has come.
  @Test(arguments: [0, 1000, 20_000, 100_000] as [UInt32])
  func anInterruptedReadIsDoneAtTheNextActivation(microseconds: UInt32) throws {
    let folder = try TemporaryFolder()
    let slow = folder.file("slow.musicxml")
    try Self.writeSlowScore(to: slow)
    let other = try folder.write(Duet.score, to: "other.csv")
    let setting = try Setting(Gate(at: "never"))
    setting.instance.activate()
    setting.choose(slow)
    usleep(microseconds)
    setting.instance.deactivate()
    setting.instance.activate()
    #expect(try setting.saved.contains("slow.musicxml"))
    // What is asked for after it holds.
    setting.choose(slow, other)
    setting.instance.deactivate()
    setting.instance.activate()
    #expect(try setting.saved.contains("other.csv"))
    setting.instance.deactivate()
  }

  /// A state that is restored after a choice takes its place, though that was not read to its end.
  @Test func aStateComesAfterWhatWasInterrupted() throws {
    let folder = try TemporaryFolder()
    let slow = folder.file("slow.musicxml")
    try Self.writeSlowScore(to: slow)
    let gate = Gate(at: "/no/such/score")
    let setting = try Setting(gate)
    let before = try setting.saved
    setting.instance.activate()
    setting.choose("/no/such/score", slow)
    while !gate.holds { usleep(1000) }
    gate.open()
    setting.instance.deactivate()
    try State(text: before, in: setting.world).restore(to: setting.instance)
    setting.instance.activate()
    #expect(try !setting.saved.contains("slow.musicxml"))
    setting.instance.deactivate()
  }
}
