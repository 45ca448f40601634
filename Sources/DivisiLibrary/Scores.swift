public import CDivisi
import DivisiScore
import DivisiSeparation
import Synchronization
import Terminal

/// A score, and its notes as callers see them.
final class ScoreNotes: Sendable {
  /// What a score that was made from notes is called.
  static let nameInMemory = "notes"

  let score: Score
  /// Its file, or ``nameInMemory``.
  let name: String
  let notes: NoteTable
  private let texts = Texts()
  nonisolated(unsafe) let trackNames: [UnsafePointer<CChar>]

  init(_ score: Score, name: String) {
    self.score = score
    self.name = name
    notes = NoteTable(score)
    trackNames = score.trackNames.map { [texts] in texts.keep($0) }
  }

  /// Divides the notes as options say.
  ///
  /// - Returns: the part of each note, or −1, and the names of parts, which live as long as this.
  func parts(
    _ options: LibraryOptions
  ) throws -> (owners: [Int32], names: [UnsafePointer<CChar>]) {
    let choice = try PresetStore.choose(options.preset)
    let selection = try options.scoring.selection() ?? choice.selection
    let parts = try selection.parts(of: score, name: name)
    var places: [Note: [Int]] = [:]
    for (index, note) in score.notes.enumerated() {
      places[score.sounding(note), default: []].append(index)
      if score.sounding(note) != note { places[note, default: []].append(index) }
    }
    var owners = [Int32](repeating: -1, count: score.notes.count)
    for (number, part) in parts.enumerated() {
      for note in part.notes {
        for index in places[note] ?? [] { owners[index] = Int32(number) }
      }
    }
    return (owners, parts.map { texts.keep($0.name) })
  }
}

/// Notes as callers see them.
final class NoteTable: @unchecked Sendable {
  let notes: UnsafeMutableBufferPointer<divisi_note>

  /// Those of a score, drums with their numbers in General MIDI.
  init(_ score: Score) {
    notes = .allocate(capacity: score.notes.count)
    for (index, note) in score.notes.enumerated() {
      notes.initializeElement(at: index, to: divisi_note(score.sounding(note)))
    }
  }

  deinit { notes.deallocate() }
}

extension divisi_note {
  init(_ note: Note) {
    self.init()
    onset = note.onsetSeconds
    release = note.releaseSeconds
    damped = note.dampedSeconds
    pitch = Int32(note.pitch)
    velocity = Int32(note.velocity)
    track = Int32(note.track)
    channel = Int32(note.channel ?? 0)
    staff = Int32(note.staff ?? 0)
    voice = Int32(note.voice ?? 0)
    kind = Int32(note.kind.rawValue)
    withUnsafeMutableBytes(of: &label) { bytes in
      // Whole characters, and a zero at the end.
      var count = 0
      for character in note.label {
        let text = Array(String(character).utf8)
        guard count + text.count < bytes.count else { break }
        bytes[count..<count + text.count].copyBytes(from: text)
        count += text.count
      }
    }
  }

  /// The note that a caller means.
  ///
  /// - Parameter index: its place, for errors.
  /// - Throws: one line for what no score may have.
  func note(index: Int) throws -> Note {
    func refuse(_ expected: String, _ found: String) -> Failure {
      Failure("\(ScoreNotes.nameInMemory): note \(index + 1): expected \(expected), found \(found)")
    }
    let end = damped == 0 ? release : damped
    let limit = ScoreOptions.longestSeconds
    guard onset >= 0, onset <= limit else {
      throw refuse("a number from 0.0 to \(limit) as start", "\(onset)")
    }
    guard release >= onset, release <= limit else {
      throw refuse("a number from \(onset) to \(limit) as end", "\(release)")
    }
    guard end >= release, end <= limit else {
      throw refuse("a number from \(release) to \(limit) as the time that it is damped", "\(end)")
    }
    guard (0...127).contains(pitch) else { throw refuse("a pitch from 0 to 127", "\(pitch)") }
    guard (0...127).contains(velocity) else {
      throw refuse("a velocity from 1 to 127", "\(velocity)")
    }
    guard track >= 0, track <= 1_000_000 else { throw refuse("a track from 1", "\(track)") }
    guard (0...16).contains(channel) else { throw refuse("a channel from 1 to 16", "\(channel)") }
    guard let kind = Note.Kind(rawValue: UInt8(clamping: kind)) else {
      throw refuse("a kind from 0 to 2", "\(self.kind)")
    }
    let text = withUnsafeBytes(of: label) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return Note(
      onsetSeconds: onset, releaseSeconds: release, dampedSeconds: end, pitch: Int(pitch),
      velocity: velocity == 0 ? Note.unspecifiedVelocity : Int(velocity),
      track: max(1, Int(track)), channel: channel == 0 ? nil : Int(channel),
      staff: staff == 0 ? nil : Int(staff), voice: voice == 0 ? nil : Int(voice),
      kind: kind == .pitched ? nil : kind, label: text)
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_read(
  _ path: UnsafePointer<CChar>!, _ options: OpaquePointer!,
  _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
  answering(error) {
    let path = String(cString: path)
    return handle(ScoreNotes(try parsed(options).options.scoring.original(path: path), name: path))
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_new(
  _ notes: UnsafePointer<divisi_note>!, _ count: Int,
  _ trackNames: UnsafePointer<UnsafePointer<CChar>?>!, _ trackCount: Int,
  _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
  answering(error) {
    guard count > 0 else {
      throw ScoreError(
        fileName: ScoreNotes.nameInMemory, problem: "expected at least one note, found none")
    }
    let list = try (0..<count).map { try notes[$0].note(index: $0) }
    let names = (0..<trackCount).map { trackNames[$0].map { String(cString: $0) } ?? "" }
    let needed = list.reduce(1) { max($0, $1.track) }
    return handle(
      ScoreNotes(
        Score(
          notes: list,
          trackNames: names + [String](repeating: "", count: max(0, needed - names.count)),
          hasPedal: list.contains { $0.dampedSeconds > $0.releaseSeconds }),
        name: ScoreNotes.nameInMemory))
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_count(_ score: OpaquePointer!) -> Int {
  object(score, as: ScoreNotes.self).notes.notes.count
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_notes(_ score: OpaquePointer!) -> UnsafePointer<divisi_note>! {
  UnsafePointer(object(score, as: ScoreNotes.self).notes.notes.baseAddress)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_track_count(_ score: OpaquePointer!) -> Int {
  object(score, as: ScoreNotes.self).trackNames.count
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_track_name(
  _ score: OpaquePointer!, _ index: Int
) -> UnsafePointer<CChar>! {
  object(score, as: ScoreNotes.self).trackNames.at(index)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_parts(
  _ score: OpaquePointer!, _ options: OpaquePointer!, _ parts: UnsafeMutablePointer<Int32>!,
  _ names: UnsafeMutablePointer<UnsafePointer<CChar>?>!, _ capacity: Int,
  _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> Int32 {
  answering(error) {
    let found = try object(score, as: ScoreNotes.self).parts(parsed(options).options)
    parts?.update(from: found.owners, count: found.owners.count)
    if let names {
      for (index, name) in found.names.prefix(capacity).enumerated() { names[index] = name }
    }
    return Int32(found.names.count)
  } ?? -1
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_score_free(_ score: OpaquePointer!) { free(score) }
