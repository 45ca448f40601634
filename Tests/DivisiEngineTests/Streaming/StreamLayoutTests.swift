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

  @Test func severalPlayersAreCutAtMiddleC() throws {
    let names = ["Viola", "Flute", "Horn"]
    let (parts, remark) = try StreamLayout.hands.parts(of: score(names), name: "song.mid")
    #expect(parts.map { Set($0.notes.map(\.pitch)) } == [[50, 55], [76, 79]])
    #expect(remark?.hasSuffix("the hands are cut at middle C") == true)
  }
}
