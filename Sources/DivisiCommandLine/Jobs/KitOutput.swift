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
  /// What samples are that no instrument describes.
  private static let table = "samples.csv"
  private static let samples = "samples/"
  /// What lies in the archive: samples, and before them what describes them.
  private static let root = "divisi-kit"
  private static let description = "\(root)/drumkit.xml"
  /// How the titles of kits end.
  static let maker = ", by divisi kit"

  /// Refuses a folder that has a kit already, and inputs among what is replaced.
  func check(inputs: [String]) throws {
    try OutputFiles(overwrites: force).check(
      ([Self.instrument, Self.archive, Self.pattern] + (formats.contains(.wav) ? [Self.table] : []))
        .map { "\(folder)/\($0)" },
      inputs: inputs)
    for input in inputs {
      let place = URL(fileURLWithPath: input).deletingLastPathComponent().path
      if isSameFile(place, "\(folder)/\(Self.samples)") {
        throw Failure(
          "\(input): expected an input outside of the samples of the kit that is written, \(folder)"
        )
      }
    }
  }

  /// Writes all files or none.
  ///
  /// - Returns: the paths of those that are not samples.
  func write(_ kit: SampleKit, pattern: Score, title: String) throws -> [String] {
    let earlier = filesOfEarlierKit()
    let staged = try StagedFiles(directory: folder, force: force)
    var written = [Self.pattern]
    if !formats.isDisjoint(with: [.sfz, .wav]) {
      for named in kit.namedSamples {
        try staged.write(
          AudioBuffer(sampleRate: kit.sampleRate, channels: named.sample.channels),
          name: "\(Self.samples)\(named.name).wav", as: Self.format(of: named.sample))
      }
    }
    if formats.contains(.sfz) {
      let text = kit.sfz(title: title.printable, folder: Self.samples)
      try staged.write(bytes: Array(text.utf8), name: Self.instrument)
      written.append(Self.instrument)
    }
    if formats.contains(.wav) {
      try staged.write(bytes: Array(kit.table(folder: Self.samples).utf8), name: Self.table)
      written.append(Self.table)
    }
    if formats.contains(.hydrogen) {
      try staged.write(bytes: archive(of: kit, name: title), name: Self.archive)
      written.append(Self.archive)
    }
    try staged.write(bytes: pattern.midiFile(), name: Self.pattern)
    try staged.commit()
    let hasSamples = !formats.isDisjoint(with: [.sfz, .wav])
    let kept = hasSamples ? kit.namedSamples.map { "\(Self.samples)\($0.name).wav" } : []
    for name in earlier.subtracting(kept + written) { unlink("\(folder)/\(name)") }
    return written.map { "\(folder)/\($0)" }
  }

  /// What belongs to the kit that is replaced, where that is of `divisi kit`: its instrument and its table, and the samples
  /// that these name as `divisi kit` names samples; and its archive.
  private func filesOfEarlierKit() -> Set<String> {
    guard force else { return [] }
    var names: Set<String> = []
    if beginsWithDescription("\(folder)/\(Self.archive)") { names.insert(Self.archive) }
    for (file, samples) in [
      (Self.instrument, samplesOfInstrument()), (Self.table, samplesOfTable()),
    ] {
      guard let samples else { continue }
      names.insert(file)
      for path in samples where path.hasPrefix(Self.samples) {
        let name = path.dropFirst(Self.samples.count)
        if name.wholeMatch(of: /[a-z0-9-]+_v[0-9]+_r[0-9]+\.wav/) != nil { names.insert(path) }
      }
    }
    return names
  }

  /// What an instrument of `divisi kit` plays; nil if there is none.
  private func samplesOfInstrument() -> [String]? {
    guard let text = try? String(contentsOfFile: "\(folder)/\(Self.instrument)", encoding: .utf8),
      text.prefix(while: { $0 != "\n" }).hasSuffix(Self.maker)
    else { return nil }
    return try? SFZInstrument(parsing: text).paths
  }

  /// What a table of `divisi kit` lists; nil if there is none.
  private func samplesOfTable() -> [String]? {
    guard let text = try? String(contentsOfFile: "\(folder)/\(Self.table)", encoding: .utf8) else {
      return nil
    }
    // A spreadsheet may have written it again.
    let lines = text.split(whereSeparator: \.isNewline)
    guard let header = lines.first, header == SampleKit.tableHeader else { return nil }
    return lines.dropFirst().map { String($0.prefix { $0 != ";" }) }
  }

  /// Whether the first file of an archive is the description of a kit; archives are stored, so its name can be read.
  private func beginsWithDescription(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let name = Array(Self.description.utf8)
    var bytes = [UInt8](repeating: 0, count: Archive.headLength + name.count)
    return read(descriptor, &bytes, bytes.count) == bytes.count
      && Array(bytes.suffix(name.count)) == name
  }

  /// Stems of a hot recording may be beyond full scale, where whole numbers clip.
  private static func format(of sample: SampleKit.Sample) -> AudioFormat {
    sample.channels.allSatisfy { $0.allSatisfy { abs($0) < 1 } } ? .wav24 : .wavFloat
  }

  /// The kit as Hydrogen imports it: a folder of its description and its samples.
  private func archive(of kit: SampleKit, name: String) throws -> [UInt8] {
    var archive = Archive()
    archive.add(Array(kit.hydrogenKit(name: name.printable).utf8), path: Self.description)
    for named in kit.namedSamples {
      let sound = AudioBuffer(sampleRate: kit.sampleRate, channels: named.sample.channels)
      archive.add(
        try AudioFile.encoded(
          sound, as: Self.format(of: named.sample), named: "\(folder)/\(Self.archive)"),
        path: "\(Self.root)/\(named.name).wav")
    }
    return archive.encoded()
  }
}
