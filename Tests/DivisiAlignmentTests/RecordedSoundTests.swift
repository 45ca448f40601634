import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Foundation
import Testing

@testable import DivisiAlignment

/// Recordings that are read in pieces.
@Suite struct RecordedSoundTests {
  private struct Damaged: Error {}

  private func read(_ samples: [Float], failsAfter limit: Int = .max) -> RecordedSound {
    RecordedSound(
      sampleRate: MadePiece.sampleRate, channelCount: 1, sampleCount: samples.count
    ) {
      var last = 0
      return { range in
        #expect(range.lowerBound >= last && range.upperBound <= samples.count)
        // The next range may overlap with this one, but a reader goes on.
        #expect(range.count < 140 * Int(MadePiece.sampleRate))
        last = range.lowerBound
        guard range.upperBound <= limit else { throw Damaged() }
        return [Array(samples[range])]
      }
    }
  }

  /// Long enough for several stretches of each kind.
  private var piece: (notes: [Note], samples: [Float]) {
    let piece = MadePiece(seed: 7, noteCount: 640)
    return (piece.notes, piece.recording { 2 + 1.3 * $0 + 0.3 * sin($0 / 2) })
  }

  @Test func whatIsReadIsAlignedAsWhatIsHeld() throws {
    let (notes, samples) = piece
    try #require(Double(samples.count) / MadePiece.sampleRate > 200)
    let aligner = ScoreAligner(sampleRate: MadePiece.sampleRate, parallel: threaded)
    let held = try aligner.align(channels: [samples], notes: notes)
    let found = try aligner.align(read(samples), notes: notes)
    #expect(held.notes == found.notes)
    #expect(held.verdict == found.verdict)
    #expect(held.tuningCents == found.tuningCents)
  }

  @Test func whatCannotBeReadIsAnError() {
    let (notes, samples) = piece
    for limit in [samples.count / 2, samples.count - 1] {
      #expect(throws: Damaged.self) {
        try ScoreAligner(sampleRate: MadePiece.sampleRate, parallel: threaded)
          .align(read(samples, failsAfter: limit), notes: notes)
      }
    }
  }

  /// Sections of a second search meet where its path at once goes.
  @Test func sectionsOfASecondSearchDoNotMatter() throws {
    let (notes, samples) = piece
    let instrument = Instrument.pitched
    let spectrum = BandSpectrum(
      channels: [samples],
      grid: FeatureRate.grid(sampleRate: MadePiece.sampleRate, window: instrument.searchWindow),
      bands: instrument.bands(tuningCents: 0), parallel: threaded)
    let sketch = notes.map {
      SketchedNote(onset: $0.onsetSeconds, end: $0.releaseSeconds, pitch: $0.pitch)
    }
    let search = ScoreSearch(
      recording: RecordingFeatures(
        spectrum, rate: .coarse, instrument: instrument, reference: spectrum.reference),
      rate: .coarse, grid: spectrum.grid, instrument: instrument)
    let first = try #require(search.path(sketch, scale: 1.3))
    let placed = first.path.place(sketch.map(\.onset))
    let second = SecondSearch(
      spectrum, reference: spectrum.reference, notes: sketch, instrument: instrument, first: first)
    let (whole, parts) = (second.atOnce(placed), second.inSections(placed, parallel: threaded))
    #expect(whole.map(\.index) == parts.map(\.index))
    let errors = zip(whole, parts).map { abs($0.onset - $1.onset) }
    // Less than a frame apart: what comes next finds the same.
    #expect(quantile(errors, 0.9) < 0.04)
    #expect(quantile(errors, 1) < 0.12)
  }
}
