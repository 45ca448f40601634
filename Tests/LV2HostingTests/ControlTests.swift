import Foundation
import LV2Hosting
import Testing

/// Values of controls between threads.
@Suite struct ControlTests {
  private let echo: Instance
  private let input = Block([1])
  private let output = Block([0])

  init() throws {
    echo = try EchoPlugin.instance()
    echo.connect(0, to: input.samples)
    echo.connect(1, to: output.samples)
    echo.activate()
  }

  /// The plugin multiplies by its gain.
  private func played() -> Float {
    echo.run(1)
    return output.values[0]
  }

  /// Nobody runs the plugin for a long time, and no value waits for another.
  @Test func ofManyValuesTheLastCounts() {
    for step in 0..<100_000 { echo["gain"] = Float(step % 4) }
    echo["gain"] = 3.5
    #expect(echo["gain"] == 3.5)
    #expect(played() == 3.5)
    #expect(played() == 3.5, "once is enough")
  }

  /// Divisi does so, and would begin twice else.
  @Test func whatWasSetBeforeIsThereWhenItBegins() {
    echo.deactivate()
    echo["gain"] = 2.5
    echo.activate()
    _ = played()
    #expect(echo["began"] == 2.5)
  }

  @Test func everyControlHasItsTurn() {
    let ports = echo.plugin.ports.map(\.index)
    for value in 0..<50 {
      for port in ports { echo.setControl(port, to: Float(value)) }
    }
    #expect(echo["gain"] == 49)
    #expect(played() == 49)
  }

  @Test func aStateHasWhatWasJustSet() throws {
    echo["gain"] = 2.25
    #expect(try State(of: echo).controls["gain"] == 2.25)
    let state = try State(of: echo)
    echo["gain"] = 1
    state.restore(to: echo)
    #expect(echo["gain"] == 2.25)
    #expect(played() == 2.25)
  }

  /// What the audio thread sets itself, as MIDI does, comes after what others have set before the block.
  @Test func theLastOfBothThreadsCounts() {
    echo["gain"] = 2
    echo.process.takeControls()
    echo.process.setControl(2, to: 3)
    #expect(echo["gain"] == 3)
    #expect(played() == 3)
    echo["gain"] = 0.5
    #expect(played() == 0.5)
  }

  /// Under the thread sanitizer this also shows that nothing else is shared.
  @Test func valuesComeFromAnotherThreadWhileItPlays() {
    let last = Float(3.75)
    let echo = echo
    let turner = Thread {
      for step in 0..<200_000 {
        echo["gain"] = Float(step % 8) / 2
        _ = echo["answered"]
      }
      echo["gain"] = last
    }
    turner.start()
    var values: Set<Float> = []
    while !turner.isFinished { values.insert(played()) }
    #expect(played() == last)
    #expect(echo["gain"] == last)
    #expect(
      values.isSubset(of: Set((0..<8).map { Float($0) / 2 } + [1, last])),
      "no value is half a value")
  }
}
