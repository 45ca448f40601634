public import CDivisi
import DivisiScore
import DivisiSeparation

/// A score on the time of a recording, as callers see it.
final class AlignmentOutcome: @unchecked Sendable {
  let notes: NoteTable
  let path: UnsafeMutableBufferPointer<divisi_point>
  let verdict: divisi_verdict
  private let texts = Texts()

  init(_ placed: ScorePlacer.Placed) {
    let (score, placement) = placed
    notes = NoteTable(score)
    path = .allocate(capacity: placement.path.count)
    _ = path.initialize(
      from: placement.path.map { divisi_point(score: $0.score, audio: $0.audio) })
    verdict = divisi_verdict(
      judgement: texts.keep(placement.verdict?.judgement.rawValue ?? ""),
      text: texts.keep(placement.text ?? ""), agreement: placement.verdict?.agreement ?? .nan,
      coverage: placement.verdict?.coverage ?? .nan, tempo: placement.tempo,
      tuning: placement.tuningCents ?? .nan, transposition: Int32(placement.transposition))
  }

  deinit { path.deallocate() }
}

private func outcome(_ alignment: OpaquePointer) -> AlignmentOutcome { object(alignment) }

/// As `divisi.h` has it.
@c @implementation
public func divisi_align(
  _ audio: UnsafePointer<divisi_audio>!, _ score: OpaquePointer!, _ options: OpaquePointer!,
  _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
  answering(error) {
    let options = try parsed(options).options
    let score = object(score, as: ScoreNotes.self)
    let aligned = try ScoreAlignment.aligned(
      score.score, path: score.name, with: audio.pointee.recording(),
      search: options.placing.search, offsetSeconds: options.scoring.scoreOffset,
      acceptsAny: options.placing.forceScore, isOfDrums: options.drums,
      correctsNotes: options.correcting.correctNotes == .on,
      parallel: threads(options.overrides.threadCount))
    return handle(AlignmentOutcome(aligned))
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_alignment_path(
  _ alignment: OpaquePointer!, _ count: UnsafeMutablePointer<Int>!
) -> UnsafePointer<divisi_point>! {
  let path = outcome(alignment).path
  count?.pointee = path.count
  return UnsafePointer(path.baseAddress)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_alignment_notes(
  _ alignment: OpaquePointer!, _ count: UnsafeMutablePointer<Int>!
) -> UnsafePointer<divisi_note>! {
  let notes = outcome(alignment).notes.notes
  count?.pointee = notes.count
  return UnsafePointer(notes.baseAddress)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_alignment_verdict(
  _ alignment: OpaquePointer!, _ verdict: UnsafeMutablePointer<divisi_verdict>!
) {
  verdict.pointee = outcome(alignment).verdict
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_alignment_free(_ alignment: OpaquePointer!) { free(alignment) }
