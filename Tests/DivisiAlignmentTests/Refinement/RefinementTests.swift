import AudioFiles
import DivisiDSP
import DivisiScore
import Foundation
import Testing

@testable import DivisiAlignment

private func refine(
  _ channels: [[Float]], sampleRate: Double = 22_050, _ notes: [NoteEstimate],
  graces: [GraceEstimate] = []
) -> Refinement.Result {
  Refinement(
    sampleCount: channels[0].count, sampleRate: sampleRate,
    peak: SoundStretch.peak(of: channels), instrument: .pitched, tuningCents: 0,
    parallel: sequentially
  ).refine(notes, graces: graces, in: channels)
}

/// Rough onsets made exact, on notes made up and on rendered pianos.
@Suite struct RefinementTests {
  private static let rate = 22_050.0

  /// Decaying harmonic tones.
  private static func signal(_ notes: [(onset: Double, pitch: Int)], seconds: Double) -> [Float] {
    var result = [Float](repeating: 0, count: Int(seconds * rate))
    for note in notes {
      let frequency = 440 * pow(2, Double(note.pitch - 69) / 12)
      for index in Int(note.onset * rate)..<result.count {
        let time = Double(index) / rate - note.onset
        guard time < 1 else { break }
        var value = 0.0
        for partial in 1...6 {
          value += pow(0.7, Double(partial)) * sin(2 * .pi * frequency * Double(partial) * time)
        }
        result[index] += Float(0.1 * value * exp(-3 * time) * min(1, time / 0.003))
      }
    }
    return result
  }

  private static let melody: [(onset: Double, pitch: Int)] = (0..<12).map {
    (0.5 + 0.4 * Double($0) + 0.03 * sin(Double($0)), [60, 64, 67, 71][$0 % 4])
  }

  @Test func onsetsAreFoundFromRoughOnes() {
    let notes = Self.melody.enumerated().map { index, note in
      NoteEstimate(
        pitch: note.pitch, scoreOnset: Double(index), scoreEnd: Double(index) + 0.8,
        estimate: note.onset + 0.06 * cos(Double(index)))
    }
    let result = refine([Self.signal(Self.melody, seconds: 6)], notes)
    for (note, found) in zip(Self.melody, result.notes) {
      #expect(abs(found.onset - note.onset) < 0.012)
      #expect(found.end > found.onset)
    }
    // The score's ends lie 0.8 of the way to the next onset.
    let (first, second) = (result.notes[0], result.notes[1])
    let expected = first.onset + 0.8 * (second.onset - first.onset)
    #expect(abs(first.end - expected) < 0.002)
  }

  /// Those of a MIDI file begin together, so that nobody knows their order.
  @Test(arguments: [true, false])
  func graceNotesComeBeforeTheirMainNoteInOrder(isOrdered: Bool) throws {
    let graces = [(onset: 2.30, pitch: 62), (onset: 2.38, pitch: 66)]
    let main = (onset: 2.46, pitch: 65)
    let played = Self.melody.prefix(4) + graces + [main]
    let notes = (Self.melody.prefix(4) + [main]).enumerated().map { index, note in
      NoteEstimate(
        pitch: note.pitch, scoreOnset: Double(index), scoreEnd: Double(index) + 0.5,
        estimate: note.onset + 0.02)
    }
    let listed = isOrdered ? graces : graces.reversed()
    let result = refine(
      [Self.signal(Array(played), seconds: 4)], notes,
      graces: listed.map { GraceEstimate(pitch: $0.pitch, main: 4, isOrdered: isOrdered) })
    try #require(result.graces.count == 2)
    for (grace, found) in zip(listed, result.graces) {
      #expect(abs(found.onset - grace.onset) < 0.02)
    }
  }

  @Test func sectionsDoNotMatter() {
    // Longer than one section; silence before the last notes.
    let late = Self.melody.map { (onset: $0.onset + 29, pitch: $0.pitch) }
    let notes = (Self.melody + late).enumerated().map { index, note in
      NoteEstimate(
        pitch: note.pitch, scoreOnset: note.onset, scoreEnd: note.onset + 0.3,
        estimate: note.onset + 0.03)
    }
    let result = refine([Self.signal(Self.melody + late, seconds: 35)], notes)
    for (note, found) in zip(late, result.notes.dropFirst(Self.melody.count)) {
      #expect(abs(found.onset - note.onset) < 0.012)
    }
  }

  @Test func noNotesAreNoNotes() {
    #expect(refine([[Float](repeating: 0, count: 1000)], []).notes.isEmpty)
  }

  /// Silence says nothing, and moves nothing far.
  @Test func silenceKeepsEstimates() {
    let notes = (0..<5).map {
      NoteEstimate(
        pitch: 60, scoreOnset: Double($0), scoreEnd: Double($0) + 1, estimate: Double($0) + 0.5)
    }
    let result = refine([[Float](repeating: 0, count: 150_000)], notes)
    for (note, found) in zip(notes, result.notes) {
      #expect(abs(found.onset - note.estimate) < 0.02)
    }
  }
}

/// The rendered pianos, if they lie beside the package.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: "../shared/data/piano-hands"),
    "no ../shared/data beside the package"))
struct RefinementOfPianosTests {
  @Test(arguments: ["bach-bwv846-prelude", "clara-schumann-op1-1"])
  func warpedOnsetsAreFound(piece: String) throws {
    let errors = try self.errors(piece: piece)
    #expect(errors[errors.count / 2] < 0.003)
    #expect(errors[errors.count * 9 / 10] < 0.02)
  }

  /// Of all onsets, ascending, from the true ones warped by 50 ms.
  private func errors(piece: String) throws -> [Double] {
    let folder = "../shared/data/piano-hands/\(piece)"
    let recording = try AudioFile.read(path: "\(folder)/mix.flac")
    let rows = try String(contentsOfFile: "\(folder)/alignment.csv", encoding: .utf8)
      .split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ";") }
    let notes = rows.enumerated().compactMap { index, row -> (true: Double, NoteEstimate)? in
      guard row.count > 4, let score = Double(row[1]), let onset = Double(row[2]),
        let end = Double(row[3]), let pitch = Int(row[4])
      else { return nil }
      let warp = 0.05 * sin(1.3 * onset) + 0.01 * sin(Double(index * index))
      return (
        onset,
        NoteEstimate(
          pitch: pitch, scoreOnset: score, scoreEnd: score + end - onset, estimate: onset + warp)
      )
    }
    let result = refine(
      recording.channels, sampleRate: Double(recording.sampleRate), notes.map(\.1))
    return zip(notes, result.notes).map { abs($0.true - $1.onset) }.sorted()
  }
}
