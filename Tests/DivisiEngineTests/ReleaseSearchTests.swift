import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// Tones that sound on after their release, against tones that stop.
struct ReleaseSearchTests {
  private static let sampleRate = 8000.0
  private static let seconds = 2.4
  private static let notes = [note(60, 0.1, 0.3), note(67, 1.2, 1.4)]

  /// Runs the search on a recording whose tones end at the given times; returns how often it
  /// fitted, and when each note's sound ends, in seconds.
  private func search(ends: [Double]) throws -> (fitCount: Int, ends: [Double]) {
    var settings = SeparationSettings.quick(.nmf, window: 2048, iterations: 3)
    settings.hasAttackTemplates = false
    let grid = TimeGrid(
      sampleRate: Self.sampleRate, resolution: settings.windowLength,
      hopAtResolution: settings.hopSize)
    let tones = zip(Self.notes, ends).map { note, end in
      harmonicTone(pitch: note.pitch, from: note.onsetSeconds, to: end, decay: 0.6)
    }
    let samples = signal(
      of: tones, sampleCount: Int(Self.seconds * Self.sampleRate), sampleRate: Self.sampleRate)
    let V = Analysis.magnitude(
      of: [samples], stft: STFT(grid: grid), binCount: grid.binCount, parallel: sequentially)
    let constraints = PitchConstraints(
      parts: [Part(name: "all", notes: Self.notes)], releaseSeconds: 9)
    var fitCount = 0
    let found = try ReleaseSearch.run(constraints, grid: grid, settings: settings) {
      (constraints: PitchConstraints) throws(SeparationError) -> Fit in
      fitCount += 1
      return try Fit.run(
        constraints.constraints(
          comb: PitchComb(tuningCents: 0, shape: .lobes), grid: grid, frameCount: V.frameCount,
          binCount: V.binCount, settings: settings),
        to: V, settings: settings, parallel: sequentially
      ) { () throws(SeparationError) in }
    }
    return (fitCount, found.pitches.flatMap { found.strikes[$0]!.map(\.endSeconds) })
  }

  @Test func tonesThatStopHaveAShortRelease() throws {
    let (fitCount, ends) = try search(ends: [0.4, 1.5])
    #expect(fitCount == 2)
    #expect(abs(ends[0] - 0.5) < 0.03)
    #expect(abs(ends[1] - 1.6) < 0.03)
  }

  /// A tone held to 1.0 s is given up within the search's margin of that, not at its release.
  @Test func tonesHeldPastTheirReleaseAreFound() throws {
    let (fitCount, ends) = try search(ends: [1.0, 2.1])
    #expect(fitCount == ReleaseSearch.trialCount)
    #expect(abs(ends[0] - 1.1) < 0.15, "found \(ends[0])")
    #expect(abs(ends[1] - 2.2) < 0.15, "found \(ends[1])")
  }
}
