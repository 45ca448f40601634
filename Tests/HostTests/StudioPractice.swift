import AudioFiles
import Foundation
import Testing

/// What a person practises with.
extension StudioTests {
  /// At 70 % the left hand alone is heard as Rubber Band renders it: its loudness takes the same course in a longer time.
  static func isSlowed(
    _ browser: Browser, _ studio: StudioProcess, _ id: String, _ left: [Float]
  ) throws {
    let count = 88_200
    let heard = try StudioSound.heard(count, browser, speed: 70)
    let length = 1 << 16
    let stems = try studio.ask(
      "GET", "/api/projects/\(id)/pcm?take=1&from=0&count=\(length)&speed=70&pitch=0"
    ).body.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(StudioSound.difference(heard[..<length], stems[..<length]) < -80)
    let block = 441
    func course(_ sound: [Float], _ step: Double) -> [Double] {
      (0..<190).map { index in
        let start = Int(Double(index * block) * step)
        return sound[start..<start + 2 * block].reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      }
    }
    #expect(StudioSound.likeness(course(heard, 1), course(left, 0.7)) > 0.95)
    #expect(StudioSound.likeness(course(heard, 1), course(left, 1)) < 0.9)
  }

  /// The hundredth round of a loop is the first one, sample by sample.
  static func loopsDoNotDrift(_ browser: Browser) throws {
    let length = 8_820
    let setUp =
      "player.setLoop({ from: 22050 / player.rate, to: (22050 + \(length)) / player.rate });"
    let heard = try StudioSound.heard(22_050 + 100 * length, browser, setUp: setUp)
    let first = heard[(22_050 + length)..<(22_050 + 2 * length)]
    let last = heard[(22_050 + 99 * length)...]
    #expect(first.contains { abs($0) > 0.001 } && first.elementsEqual(last))
  }

  /// Jumps and pauses fade for 96 frames, beside what fades in: nothing clicks.
  static func jumpsFade(_ browser: Browser) throws {
    let plain = try StudioSound.heard(130_000, browser)
    let (jump, pause) = (51_200, 76_800)
    let heard = try StudioSound.heard(
      80_000, browser,
      later: [(jump, "{ type: 'seek', frame: 100000 }"), (pause, "{ type: 'pause' }")])
    let expected = (0..<80_000).map { frame -> Float in
      let leaving = { (start: Int) in max(0, 1 - Float(frame - start + 1) / 96) }
      let there = frame < jump ? 0 : plain[frame - jump + 100_000]
      if frame < jump { return plain[frame] }
      if frame >= pause { return there * leaving(pause) }
      return there * min(1, Float(frame - jump + 1) / 96) + plain[frame] * leaving(jump)
    }
    #expect(plain[jump..<jump + 96].contains { abs($0) > 0.001 })
    #expect(StudioSound.difference(heard[...], expected[...]) < -100)
  }

  /// Clicks begin with the sample that is nearest to the beat, as the take's score has it.
  static func clicksAreOnBeats(
    _ browser: Browser, _ studio: StudioProcess, _ id: String
  ) throws {
    let heard = try StudioSound.heard(
      2 * 44_100, browser,
      setUp:
        "player.setGains(player.gains.map(() => 0)); player.setClicks(studio.music.beats, true);")
    let score = try studio.folder.data("projects/\(id)/takes/1/score.json")
    let object = try JSONSerialization.jsonObject(with: score) as? [String: Any]
    let bars = try #require(object?["bars"] as? [[String: Any]])
    let beats = bars.flatMap { $0["beats"] as? [Double] ?? [] }.filter { (0.1..<1.9).contains($0) }
    try #require(beats.count >= 3)
    for beat in beats {
      let place = Int((beat * 44_100).rounded())
      let loud = heard.indices[(place - 2_000)..<(place + 2_000)].first { abs(heard[$0]) > 0.3 }
      #expect(loud == place, "\(beat)")
    }
  }
}
