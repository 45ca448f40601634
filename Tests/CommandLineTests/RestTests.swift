import AudioFiles
import Foundation
import Testing

/// Drums out of a whole mix.
@Suite struct RestTests {
  /// The drum break, and chords that are held over it.
  private func song(in folder: TemporaryFolder) throws {
    let drums = try AudioFile.read(path: Recording.drumBreak + "/mix.flac")
    let chords = drums.channels[0].indices.map { index in
      [220.0, 277.2, 329.6, 440, 659.3, 880].reduce(0) { sum, hertz in
        (1...8).reduce(sum) {
          $0
            + 0.1 / Double($1)
            * sin(2 * .pi * hertz * Double($1 * index) / Double(drums.sampleRate))
        }
      }
    }
    let mix = drums.channels.map { zip($0, chords).map { 0.4 * ($0 + Float($1)) } }
    try AudioFile.write(
      AudioBuffer(sampleRate: drums.sampleRate, channels: mix), to: folder.file("song.wav"),
      as: .wav24)
  }

  private var score: String { Recording.drumBreak + "/score.mid" }

  @Test func partsRestAndResidualAddUp() throws {
    let folder = try TemporaryFolder()
    try song(in: folder)
    let input = try AudioFile.read(path: folder.file("song.wav"))
    for (name, options) in [
      ("song", ["-p", "drums-song"]), ("rest", ["-p", "drums-fast", "--rest"]),
      ("stream", ["-p", "drums-song", "--stream"]),
    ] {
      let run = try Program.run(
        ["separate", "song.wav", "--score", score, "-o", name, "--residual"] + options,
        in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
      #expect(!run.errors.contains("more than drums"))
      let files = folder.files(below: name)
      #expect(files.contains { $0.hasSuffix("rest.flac") })
      let stems = try files.map { try AudioFile.read(path: folder.file("\(name)/\($0)")) }
      #expect(stems.count == 5)
      for channel in input.channels.indices {
        let most = input.channels[channel].enumerated().reduce(Float(0)) { most, sample in
          let sum = stems.reduce(Float(0)) { $0 + $1.channels[channel][sample.offset] }
          return max(most, abs(sum - sample.element))
        }
        #expect(most < 1e-5)
      }
    }
  }

  @Test func aScoreThatExplainsLittleIsToldOf() throws {
    let folder = try TemporaryFolder()
    try song(in: folder)
    let song = try Program.run(
      "separate", "song.wav", "--score", score, "-p", "drums-fast", "-o", "out", in: folder.path)
    #expect(song.status == 0)
    #expect(
      song.errorLines.contains {
        $0.hasSuffix("song.wav: the recording holds more than drums; try --preset drums-song")
      }, "\(song.errors)")
    let drums = try Program.run(
      "separate", Recording.drumBreak + "/mix.flac", "--score", score, "-p", "drums-fast",
      "-o", "alone", in: folder.path)
    #expect(drums.status == 0 && drums.errors.isEmpty, "\(drums.errors)")
  }

  @Test(arguments: [
    (["-p", "hands", "--rest"], "--rest: expected a preset of drums, found 'hands'"),
    (
      ["-p", "drums-song", "--parts", "kick=drum:kick,Rest=*"],
      "score.mid: expected parts of other names than 'rest', which is that of what sounds besides the drums; --parts gives them others"
    ),
  ])
  func whatCannotBeIsOneLine(options: [String], text: String) throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      ["separate", Recording.drumBreak + "/mix.flac", "--score", score, "-o", "out"] + options,
      in: folder.path)
    #expect(run.status == 1)
    #expect(run.errorLines.count == 1 && run.errors.contains(text), "\(run.errors)")
    #expect(folder.files().isEmpty)
  }
}
