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
  private func search(
    ends: [Double], hands: [String] = ["all"]
  ) throws -> (fitCount: Int, ends: [Double]) {
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
      parts: hands.map { Part(name: $0, notes: Self.notes) }, releaseSeconds: 9)
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
    return (fitCount, found.sounds.flatMap { found.strikes[$0]!.map(\.endSeconds) })
  }

  /// Combs of players: a room that rings has to explain the recording much better than tones that stop, and is
  /// where a pedal is or somebody asks for a long release.
  @Test func playersStopTheirTones() throws {
    var settings = SeparationSettings.quick(.nmf, window: 2048, iterations: 3)
    settings.comb = .shifts
    let parts = [Part(name: "all", notes: [note(60, 0.1, 0.3)])]
    func ends(
      stopped: Double, ringing: Double, hasPedal: Bool = false, release: Double = 0
    ) throws -> (end: Double, isOpen: Bool) {
      settings.releaseSeconds = release
      let constraints = PitchConstraints(parts: parts, releaseSeconds: release)
      let grid = TimeGrid(sampleRate: 8000, windowLength: 1024, hopSize: 256)
      let drawn = constraints.constraints(
        comb: PitchComb(tuningCents: 0, shape: .lobes), grid: grid, frameCount: 9,
        binCount: grid.binCount, settings: .quick(.nmf))
      let model = ConvolutiveNMF(
        spectrogram: Spectrogram(Matrix(rowCount: grid.binCount, columnCount: 9)),
        templates: drawn.templates.copy(), pattern: drawn.pattern, divergence: Divergence(beta: 1))
      let found = try ReleaseSearch.runPlayers(
        constraints, hasPedal: hasPedal, settings: settings
      ) { (constraints: PitchConstraints) throws(SeparationError) -> Fit in
        let end = constraints.strikes[Sound(instrument: 0, pitch: 60)]![0].endSeconds
        return Fit(model: model, lossBefore: 0, lossAfter: end < 0.5 ? stopped : ringing)
      }
      let strike = found.constraints.strikes[Sound(instrument: 0, pitch: 60)]![0]
      return (strike.endSeconds, found.isOpen)
    }
    let player = try ends(stopped: 1.05, ringing: 1)
    #expect(abs(player.end - 0.45) < 1e-9 && !player.isOpen)
    let room = try ends(stopped: 1.1, ringing: 1)
    #expect(abs(room.end - 0.7) < 1e-9 && room.isOpen)
    let pedal = try ends(stopped: 1, ringing: 1, hasPedal: true)
    #expect(abs(pedal.end - 0.7) < 1e-9 && pedal.isOpen)
    let asked = try ends(stopped: 9, ringing: 1, release: 0.1)
    #expect(abs(asked.end - 0.4) < 1e-9 && !asked.isOpen)
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

  /// What two hands strike at once ends for both where it does for one.
  @Test func aUnisonEndsAsOne() throws {
    let alone = try search(ends: [1.0, 2.1]).ends
    let together = try search(ends: [1.0, 2.1], hands: ["left", "right"]).ends
    #expect(together == [alone[0], alone[0], alone[1], alone[1]])
  }
}
