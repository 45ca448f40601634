import AudioFiles
import DivisiScore
import DrumKits
import FoundationEssentials
import Glibc
import Terminal

/// What a kit is written as.
enum KitFormat: String, CaseIterable {
  /// An instrument for samplers, beside its samples.
  case sfz
  /// An archive that Hydrogen imports.
  case hydrogen
  /// Samples alone.
  case wav
}

/// The files of a kit, in a folder of their own.
struct KitOutput {
  let folder: String
  let formats: Set<KitFormat>
  let force: Bool

  private static let instrument = "kit.sfz"
  private static let archive = "kit.h2drumkit"
  private static let pattern = "pattern.mid"
  private static let samples = "samples/"

  /// Refuses a folder that has a kit already.
  func check() throws {
    for name in [Self.instrument, Self.archive, Self.pattern] where !force {
      let path = "\(folder)/\(name)"
      guard !FileManager.default.fileExists(atPath: path) else {
        throw Failure("\(path): expected a new file, or --force; it exists already")
      }
    }
  }

  /// Writes all files or none.
  ///
  /// - Returns: the paths of those that are not samples.
  func write(_ kit: SampleKit, pattern: Score, title: String) throws -> [String] {
    let earlier = samplesOfEarlierKit()
    let staged = try StagedFiles(directory: folder, force: force)
    var written = [Self.pattern]
    if !formats.isDisjoint(with: [.sfz, .wav]) {
      for named in kit.namedSamples {
        try staged.write(
          AudioBuffer(sampleRate: kit.sampleRate, channels: named.sample.channels),
          name: "\(Self.samples)\(named.name).wav", as: .wav24)
      }
    }
    if formats.contains(.sfz) {
      let text = kit.sfz(title: title.printable, folder: Self.samples)
      try staged.write(bytes: Array(text.utf8), name: Self.instrument)
      written.append(Self.instrument)
    }
    if formats.contains(.hydrogen) {
      try staged.write(bytes: archive(of: kit, name: title), name: Self.archive)
      written.append(Self.archive)
    }
    try staged.write(bytes: pattern.midiFile(), name: Self.pattern)
    try staged.commit()
    for name in earlier.subtracting(kit.namedSamples.map { "\($0.name).wav" }) {
      unlink("\(folder)/\(Self.samples)\(name)")
    }
    return written.map { "\(folder)/\($0)" }
  }

  /// The samples of the kit that is replaced: what its instrument names and `divisi kit` could have written, and nothing
  /// else.
  private func samplesOfEarlierKit() -> Set<String> {
    guard force, formats.contains(.sfz),
      let text = try? String(contentsOfFile: "\(folder)/\(Self.instrument)", encoding: .utf8),
      let instrument = try? SFZInstrument(parsing: text)
    else { return [] }
    let names = instrument.paths.filter { $0.hasPrefix(Self.samples) }
      .map { String($0.dropFirst(Self.samples.count)) }
    return Set(names.filter { $0.wholeMatch(of: /[a-z0-9-]+_v[0-9]+_r[0-9]+\.wav/) != nil })
  }

  /// The kit as Hydrogen imports it: a folder of its description and its samples.
  private func archive(of kit: SampleKit, name: String) throws -> [UInt8] {
    var archive = Archive()
    let root = "divisi-kit"
    archive.add(Array(kit.hydrogenKit(name: name.printable).utf8), path: "\(root)/drumkit.xml")
    for named in kit.namedSamples {
      let sound = AudioBuffer(sampleRate: kit.sampleRate, channels: named.sample.channels)
      archive.add(
        try AudioFile.encoded(sound, as: .wav24, named: "\(folder)/\(Self.archive)"),
        path: "\(root)/\(named.name).wav")
    }
    return archive.encoded()
  }
}
