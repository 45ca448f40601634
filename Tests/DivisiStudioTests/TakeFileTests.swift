import AudioFiles
import Foundation
import Testing

@testable import DivisiStudio

/// The files of a take, which somebody may change or remove while they are used.
@Suite struct TakeFileTests {
  private static let rate = 8000, count = 8000

  /// A project with a take of one stem: a second of a tone.
  private struct Made {
    let folder = TemporaryShelf()
    let project: Project
    let take: Take

    init(channelCount: Int = 1, count: Int = TakeFileTests.count) throws {
      project = try ProjectShelf(path: folder.path).create(named: "x")
      let claimed = try project.claimTake()
      let tone = (0..<count).map { sin(Float($0) * 0.3) / 2 }
      _ = try AudioFile.write(
        AudioBuffer(
          sampleRate: TakeFileTests.rate,
          channels: [[Float]](repeating: tone, count: channelCount)),
        to: claimed.path + "/left.flac", as: .flac)
      take = Take(
        number: 1, preset: "hands", sampleRate: TakeFileTests.rate, channelCount: 1,
        sampleCount: TakeFileTests.count,
        stems: [.init(name: "left", file: "left.flac", noteCount: 1)],
        placement: nil, warnings: [], base: nil, elapsed: 1)
    }

    var reader: TakeReader { TakeReader(take, of: project) }
    var cached: [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: project.cache)) ?? []
    }
  }

  @Test func otherStemsAreRefused() throws {
    let usual = try Made()
    let count = try withExtendedLifetime(usual) { try usual.reader.piece(0..<10).count }
    #expect(count == 1)
    for made in [try Made(channelCount: 2), try Made(count: Self.count - 1)] {
      #expect {
        try withExtendedLifetime(made) { _ = try made.reader.piece(0..<10) }
      } throws: {
        "\($0)".contains("left.flac: expected 1 × 8000 samples")
      }
    }
  }

  @Test func whoHasLeftGetsNothing() throws {
    let made = try Made()
    let asker = Asker()
    let mixdown = Mixdown(take: made.take, reader: made.reader, asker: asker)
    try mixdown.write([1], to: made.folder.path, named: "mix.flac", as: .flac)
    asker.leave()
    #expect(throws: Asker.Gone.self) {
      try mixdown.write([1], to: made.folder.path, named: "other.flac", as: .flac)
    }
    #expect(!FileManager.default.fileExists(atPath: made.folder.path + "/other.flac"))
  }

  /// What is rendered is there, although its file is gone; and what has failed is begun anew.
  @Test func renderingsOutliveTheirFiles() throws {
    let made = try Made()
    let wish = Rendering.Wish(speed: 50, semitones: 0)
    func rendering() -> Rendering {
      Rendering(wish, take: made.take, of: made.project, reader: made.reader)
    }
    let first = rendering()
    first.run()
    let samples = try #require(try first.piece(0..<1000))
    #expect(made.cached == ["take 1 speed 50 pitch 0.pcm"])
    #expect(rendering().isComplete, "it is found again")
    try FileManager.default.removeItem(atPath: made.project.cache)
    #expect(try first.piece(0..<1000) == samples && !rendering().isComplete)
    // Where there can be no cache.
    try Data().write(to: URL(fileURLWithPath: made.project.cache))
    let second = rendering()
    second.run()
    #expect(second.hasFailed && made.cached.isEmpty)
    #expect(throws: (any Error).self) { try second.piece(0..<1000) }
    let store = RenderingStore()
    defer { store.stop() }
    func stored() -> Rendering {
      store.rendering(wish, take: made.take, of: made.project, reader: made.reader)
    }
    let failing = stored()
    while !failing.hasFailed { usleep(1000) }
    #expect(stored() !== failing)
  }
}
