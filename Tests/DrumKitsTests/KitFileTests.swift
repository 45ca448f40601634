import DivisiScore
import Testing

@testable import DrumKits

/// Kits as other programs read them.
@Suite struct KitFileTests {
  private static func kit() -> SampleKit {
    let stem = Strokes.stem(of: Strokes.all)
    let notes = Strokes.all.map { Strokes.note(at: $0.seconds, velocity: $0.velocity) }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem], parts: [Part(name: "kick", notes: notes)])
    return SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
  }

  /// At all velocities, and in turns.
  @Test func anSFZFilePlaysAsTheKitDoes() throws {
    let kit = Self.kit()
    let instrument = try SFZInstrument(parsing: kit.sfz(title: "a // kit", folder: "samples/"))
    #expect(instrument.ignored.isEmpty)
    let sounds = Dictionary(
      uniqueKeysWithValues: kit.namedSamples.map {
        ("samples/\($0.name).wav", $0.sample.channels)
      })
    #expect(Set(instrument.paths) == Set(sounds.keys))
    let notes = stride(from: 1, through: 127, by: 7).map {
      Strokes.note(at: Double($0), velocity: $0)
    }
    var own = KitPlayer(kit)
    var read = KitPlayer(instrument.kit(samples: sounds, sampleRate: 44_100))
    // A sampler starts samples with the note; the kit's player puts their rises there.
    let (expected, found) = (own.play(notes, isMeasured: true)[0], read.play(notes)[0])
    for note in notes {
      let start = Int(note.onsetSeconds * 44_100)
      let (a, b) = (expected[start - 88..<start + 4000], found[start..<start + 4088])
      let error = zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      #expect(error <= 1e-4 * a.reduce(0) { $0 + $1 * $1 }, "velocity \(note.velocity)")
    }
  }

  /// A sampler, which starts samples with the notes, plays the pattern where the recording has it.
  @Test func aPatternIsPlayedInItsPlace() throws {
    let stem = Strokes.stem(of: Strokes.all)
    let notes = Strokes.all.map { Strokes.note(at: $0.seconds, velocity: $0.velocity) }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem], parts: [Part(name: "kick", notes: notes)])
    let kit = SampleKit(
      of: strokes, stems: [[stem]], sampleRate: 44_100, size: SampleKit.Size(layers: 16, turns: 1))
    let pattern = kit.pattern(of: strokes, bars: [], leadSeconds: StrokeCutter.leadSeconds)
    let sounds = Dictionary(
      uniqueKeysWithValues: kit.namedSamples.map { ("\($0.name).wav", $0.sample.channels) })
    let read = try SFZInstrument(parsing: kit.sfz(title: "kit", folder: ""))
    var player = KitPlayer(read.kit(samples: sounds, sampleRate: 44_100))
    let sound = player.play(pattern.notes, leastCount: stem.count)[0]
    let error = zip(sound, stem).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(error < 0.01 * stem.reduce(0) { $0 + $1 * $1 })
  }

  @Test(arguments: [
    ("", "expected a region with a sample, found none"),
    ("<region> sample=a.wav key=200", "expected key from -1 to 127, found '200'"),
    ("key=36", "expected a header such as <region> first, found 'key'"),
    (
      "<group>\n<region> nonsense",
      "line 2: expected <headers> and opcodes such as key=36, found 'nonsense'"
    ),
    ("#include \"more.sfz\"", "line 1: expected no #define or #include, which are not read"),
  ])
  func whatIsNoInstrumentIsRefused(text: String, problem: String) {
    #expect(throws: SFZInstrument.Problem(text: problem)) { try SFZInstrument(parsing: text) }
  }

  @Test func samplesHaveSpacesInTheirNamesAndCommentsAreLeftOut() throws {
    let text = """
      <control> default_path=My Drums/ /* a
      comment */ <global> ampeg_release=0.3
      <region> sample=Kick One.wav key=36 // <region> sample=b.wav
      """
    let instrument = try SFZInstrument(parsing: text)
    #expect(instrument.paths == ["My Drums/Kick One.wav"])
    #expect(instrument.ignored == ["ampeg_release"])
  }

  @Test func hydrogensLayersCoverAllVelocities() {
    let text = Self.kit().hydrogenKit(name: "a <kit> & more")
    #expect(text.contains("<name>a &lt;kit&gt; &amp; more</name>"))
    func values(_ tag: String) -> [String] {
      text.split(separator: "<\(tag)>").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }
    let (low, high) = (Set(values("min")), Set(values("max")))
    #expect(low.contains("0.00000") && high.contains("1.00000"))
    // Each begins where another ends.
    #expect(low.subtracting(["0.00000"]) == high.subtracting(["1.00000"]))
    #expect(values("filename").count <= 16)
  }

  /// Turns are counted for each division by itself, so there are no more of them than the law asks for; and Hydrogen begins
  /// with the second of those that take turns.
  @Test func hydrogenTakesTurnsAsOthersDo() {
    func sample(_ velocity: Double) -> SampleKit.Sample {
      SampleKit.Sample(channels: [[0, 0.5, 0]], lead: 1, velocity: velocity)
    }
    func kit(exponent: Double) -> SampleKit {
      SampleKit(
        sampleRate: 44_100,
        instruments: [
          SampleKit.Instrument(
            articulation: 42, name: "closed-hi-hat",
            layers: [
              SampleKit.Layer(velocities: 1...90, samples: [sample(80), sample(82), sample(84)]),
              SampleKit.Layer(velocities: 91...127, samples: [sample(110), sample(112)]),
            ], law: LevelLaw(intercept: 0, exponent: exponent))
        ])
    }
    func files(_ kit: SampleKit) -> [String] {
      kit.hydrogenKit(name: "kit").split(separator: "<filename>closed-hi-hat_").dropFirst()
        .map { String($0.prefix { $0 != "." }) }
    }
    // Amplitudes are as velocities are, as Hydrogen has them.
    #expect(files(kit(exponent: 2)) == ["v1_r3", "v1_r1", "v1_r2", "v2_r2", "v2_r1"])
    let divided = files(kit(exponent: 5))
    #expect(divided.count <= 16 && divided.count > 5)
    #expect(divided.count { $0.hasPrefix("v1") } > divided.count { $0.hasPrefix("v2") })
    // A hi-hat ends its own strokes too.
    #expect(kit(exponent: 2).hydrogenKit(name: "kit").contains("<isStopNote>true</isStopNote>"))
    #expect(!Self.kit().hydrogenKit(name: "kit").contains("<isStopNote>true</isStopNote>"))
  }

  /// `printf 123456789 | gzip` ends in the same checksum.
  @Test func anArchiveIsAGzipFileOfATarFile() {
    var archive = Archive()
    archive.add(Array("123456789".utf8), path: "kit/a.txt")
    let bytes = archive.encoded()
    #expect(Array(bytes[..<3]) == [0x1F, 0x8B, 8])
    // A header, a block of contents, two empty ones; one stored block around them.
    let tar = Array(bytes[15..<15 + 2048])
    #expect(bytes.count == 15 + 2048 + 8)
    #expect(String(decoding: tar[..<9], as: UTF8.self) == "kit/a.txt")
    #expect(String(decoding: tar[512..<521], as: UTF8.self) == "123456789")
    #expect(String(decoding: tar[124..<135], as: UTF8.self) == "00000000011")
    let sum = tar[..<148].reduce(0) { $0 + Int($1) } + tar[156..<512].reduce(0) { $0 + Int($1) }
    #expect(Int(String(decoding: tar[148..<154], as: UTF8.self), radix: 8) == sum + 8 * 32)
  }
}
