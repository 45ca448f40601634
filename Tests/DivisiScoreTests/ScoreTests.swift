import DivisiScore
import Testing

@Suite struct ScoreTests {
  @Test func isSortedByOnsetPitchAndTrack() {
    let notes = [(1.0, 60, 1), (0.0, 62, 1), (0.0, 60, 2), (0.0, 60, 1)].map {
      onset, pitch, track in
      Note(onsetSeconds: onset, releaseSeconds: 2, pitch: pitch, track: track)
    }
    let score = Score(notes: notes, trackNames: [], hasPedal: false)
    #expect(score.notes.map(\.pitch) == [60, 60, 62, 60])
    #expect(score.notes.map(\.track) == [1, 2, 1, 1])
  }

  @Test func adjustsRateBeforeOffset() {
    let note = Note(onsetSeconds: 1, releaseSeconds: 2, dampedSeconds: 3, pitch: 60)
    let score = Score(notes: [note], trackNames: [""], hasPedal: true)
    #expect(
      score.adjusted(offsetSeconds: -0.75, rate: 2).notes.map(line) == ["-250-250(750) 60 v80"])
    #expect(score.adjusted(offsetSeconds: 0, rate: 1) == score)
  }

  @Test func detectsFormatsByContentFirst() {
    func detect(_ text: String, _ name: String) -> ScoreFormat? {
      ScoreFormat.detect(bytes: Array(text.utf8), name: name)
    }
    #expect(detect("MThd", "song.csv") == .midi)
    #expect(detect("PK\u{3}\u{4}", "song.xml") == .compressedMusicXML)
    #expect(detect("\u{FEFF} <score", "song.mid") == .musicXML)
    #expect(detect("start;duration", "song") == .csv)
    #expect(detect("start;duration", "SONG.MID") == .midi)
    #expect(detect("\u{0}\u{1}", "song") == nil)
    #expect(ScoreFormat.detect(bytes: [0xFF, 0xFE, 0x3C, 0], name: "song") == .musicXML)
  }

  @Test func refusesWhatIsNoScore() {
    #expect(
      refusal([], "a.mid") == "a.mid: expected a MIDI, MusicXML or CSV score, found an empty file")
    #expect(
      refusal([0, 1], "a\nb") == "a?b: expected a MIDI, MusicXML or CSV score, found other data")
  }

  @Test func refusesWhatCannotBeRead() {
    func problem(_ path: String) -> String? {
      do throws(ScoreError) {
        _ = try Score.read(path: path)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(
      problem("/nowhere.mid") == "/nowhere.mid: expected a readable file: No such file or directory"
    )
    #expect(problem("/") == "/: expected a readable file: Is a directory")
    #expect(problem("/dev/zero") == "/dev/zero: expected a score, found a device")
  }
}
