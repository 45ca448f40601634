import DivisiEngine
import DivisiScore
import Testing

@Suite struct StreamLayoutTests {
  private func score(_ names: [String]) -> Score {
    let notes = names.indices.flatMap { track in
      [50, 55, 76, 79].map {
        Note(
          onsetSeconds: Double(track), releaseSeconds: Double(track) + 0.5, pitch: $0,
          track: track + 1)
      }
    }
    return Score(notes: notes, trackNames: names, hasPedal: false)
  }

  /// A piano part that does not name hands has them all the same, and the log says so.
  @Test func handsOfOnePianoAreAssigned() throws {
    let (parts, remark) = try StreamLayout.hands.parts(of: score(["Piano"]), name: "song.mid")
    #expect(parts.map { $0.notes.map(\.pitch) } == [[50, 55], [76, 79]])
    #expect(remark?.hasPrefix("song.mid: which hand plays what is not in the score") == true)
  }

  /// The plugin for parts knows which of them are one piano's; the one for hands has one instrument in any case.
  @Test func instrumentsComeFromTheScore() throws {
    let names = ["Violin", "Piano left", "Piano right"]
    let (parts, _) = try StreamLayout.parts.parts(of: score(names), name: "song.mid")
    #expect(parts.map(\.instrument) == [0, 1, 1, 3, 4, 5, 6, 7])
    let hands = try StreamLayout.hands.parts(of: score(names), name: "song.mid").parts
    #expect(Set(hands.map(\.instrument)) == [0])
  }

  @Test func severalPlayersAreCutAtMiddleC() throws {
    let names = ["Viola", "Flute", "Horn"]
    let (parts, remark) = try StreamLayout.hands.parts(of: score(names), name: "song.mid")
    #expect(parts.map { Set($0.notes.map(\.pitch)) } == [[50, 55], [76, 79]])
    #expect(remark?.hasSuffix("the hands are cut at middle C") == true)
  }
}
