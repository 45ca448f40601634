internal import DivisiEngine
internal import Glibc

/// An SFZ file as far as one-shots need it: which sample sounds for which key and velocity, and whose turn it is.
///
/// What else a region says is listed in ``ignored``.
public struct SFZInstrument: Sendable {
  /// Why a text is no instrument: in one line, without the name of the file.
  public struct Problem: Error, Sendable, Equatable {
    /// What was expected and what was found.
    public let text: String
  }

  /// One region.
  struct Region: Sendable, Equatable {
    var sample: String
    var keys: ClosedRange<Int>
    var velocities: ClosedRange<Int>
    var position: Int
    /// In decibels.
    var volume: Double
    /// In per cent.
    var veltrack: Double
    /// Gains by velocity where they are given.
    var curve: [Int: Double]
  }

  /// In the order of the file.
  let regions: [Region]
  /// Opcodes that were not understood, in the order of the alphabet.
  public let ignored: [String]
  /// The paths of all samples, relative to the file, each once.
  public let paths: [String]

  /// What opcodes may say that changes nothing here.
  private static let harmless: Set = [
    "default_path", "loop_mode", "seq_length", "group", "off_by", "off_mode", "pitch_keycenter",
    "group_label", "region_label", "master_label", "global_label", "sw_default",
  ]
  private static let understood: Set = [
    "sample", "key", "lokey", "hikey", "lovel", "hivel", "seq_position", "volume", "amp_veltrack",
  ]

  /// Reads the text of a file.
  public init(parsing text: String) throws(Problem) {
    var scopes: [(header: String, opcodes: [String: String])] = []
    var regions: [Region] = []
    var ignored: Set<String> = []
    var defaultPath = ""
    func finish() throws(Problem) {
      guard scopes.last?.header == "region" else { return }
      let all = scopes.reduce(into: [String: String]()) { $0.merge($1.opcodes) { $1 } }
      for name in all.keys
      where !Self.harmless.contains(name) && !Self.understood.contains(name)
        && !name.hasPrefix("amp_velcurve_")
      { ignored.insert(name) }
      if let region = try Region(all, defaultPath: defaultPath) { regions.append(region) }
    }
    for token in try SFZToken.all(of: text) {
      switch token {
      case .header(let name):
        try finish()
        let rank = Self.rank(of: name)
        scopes.removeAll { Self.rank(of: $0.header) >= rank }
        scopes.append((name, [:]))
      case .opcode(let name, let value):
        if name == "default_path" { defaultPath = value }
        guard !scopes.isEmpty else {
          throw Problem(text: "expected a header such as <region> first, found '\(name)'")
        }
        scopes[scopes.count - 1].opcodes[name] = value
      }
    }
    try finish()
    guard !regions.isEmpty else {
      throw Problem(text: "expected a region with a sample, found none")
    }
    self.regions = regions
    self.ignored = ignored.sorted()
    var seen: Set<String> = []
    paths = regions.map(\.sample).filter { seen.insert($0).inserted }
  }

  /// How far in a header lies.
  private static func rank(of header: String) -> Int {
    ["control": 0, "global": 1, "master": 2, "group": 3, "region": 4][header] ?? 0
  }

  /// The kit of its samples.
  ///
  /// - Parameter samples: by path, of one number of channels, at the sample rate.
  public func kit(samples: [String: [[Float]]], sampleRate: Int) -> SampleKit {
    var names: [Int: [Region]] = [:]
    for region in regions {
      for key in region.keys {
        names[DrumKit.articulation(ofPitch: key), default: []].append(region)
      }
    }
    let instruments = names.sorted { $0.key < $1.key }.map { articulation, regions in
      let exponent = regions.map(\.exponent).max() ?? LevelLaw.usualExponent
      let layers = Dictionary(grouping: regions) { $0.velocities.lowerBound }
        .sorted { $0.key < $1.key }.map { _, regions in
          SampleKit.Layer(
            velocities: regions[0].velocities,
            samples: regions.sorted { $0.position < $1.position }.compactMap { region in
              samples[region.sample].map { region.scaled($0) }
            })
        }
      return SampleKit.Instrument(
        articulation: articulation,
        name: Factorisation.Component.name(ofDrum: articulation).replacing(" ", with: "-"),
        layers: layers, law: LevelLaw(intercept: 0, exponent: exponent))
    }
    return SampleKit(sampleRate: sampleRate, instruments: instruments)
  }
}

extension SFZInstrument.Region {
  fileprivate init?(
    _ opcodes: [String: String], defaultPath: String
  ) throws(SFZInstrument.Problem) {
    func number(_ name: String, _ range: ClosedRange<Double>) throws(SFZInstrument.Problem)
      -> Double?
    {
      guard let text = opcodes[name] else { return nil }
      guard let value = Double(text), range.contains(value) else {
        throw SFZInstrument.Problem(
          text:
            "expected \(name) from \(decimal(range.lowerBound, digits: 0)) to \(decimal(range.upperBound, digits: 0)), found '\(text)'"
        )
      }
      return value
    }
    guard let file = opcodes["sample"], !file.hasPrefix("*") else { return nil }
    let key = try number("key", -1...127)
    let low = Int(try number("lokey", -1...127) ?? key ?? 0)
    let high = Int(try number("hikey", -1...127) ?? key ?? 127)
    guard low >= 0, low <= high else { return nil }
    let softest = Int(try number("lovel", 0...127) ?? 1)
    let loudest = Int(try number("hivel", 0...127) ?? 127)
    guard max(softest, 1) <= loudest else { return nil }
    sample = (defaultPath + file).replacing("\\", with: "/")
    keys = low...high
    velocities = max(softest, 1)...loudest
    position = Int(try number("seq_position", 1...100) ?? 1)
    volume = try number("volume", -144...48) ?? 0
    veltrack = try number("amp_veltrack", -100...100) ?? 100
    curve = [:]
    for name in opcodes.keys where name.hasPrefix("amp_velcurve_") {
      if let velocity = Int(name.dropFirst("amp_velcurve_".count)) {
        curve[velocity] = try number(name, 0...1)
      }
    }
  }

  /// The gain at a velocity that the curve has, or by the usual law.
  private func gain(_ velocity: Int) -> Double {
    if let gain = curve[velocity] { return gain }
    let own = pow(Double(velocity) / 127, 2)
    return 1 - veltrack / 100 * (1 - own)
  }

  /// Of the law that its curve follows, from end to end.
  fileprivate var exponent: Double {
    let (low, high) = (velocities.lowerBound, velocities.upperBound)
    guard low < high, gain(low) > 0 else { return 0 }
    return 2 * log(gain(high) / gain(low)) / log(Double(high) / Double(low))
  }

  /// Its sample as it sounds at its loudest velocity.
  fileprivate func scaled(_ channels: [[Float]]) -> SampleKit.Sample {
    let factor = Float(pow(10, volume / 20) * gain(velocities.upperBound))
    return SampleKit.Sample(
      channels: channels.map { $0.map { factor * $0 } }, lead: 0,
      velocity: Double(velocities.upperBound))
  }
}
