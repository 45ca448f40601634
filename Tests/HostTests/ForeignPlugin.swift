import AudioFiles
import Foundation
import Testing

/// An effect of Debian's that nobody here wrote, and what is known of it.
struct ForeignPlugin: Sendable, CustomTestStringConvertible {
  let uri: String
  /// Whether blocks of every length give the same samples.
  var isBlockExact = true
  /// Channels of the file that it is given.
  var channelCount = 2

  var testDescription: String { uri }

  /// Effects of eight packages and of Ardour, of all kinds: many controls and none, one channel to
  /// six, port groups and none, side chains, latency, atom ports, a worker, options, state.
  ///
  /// Tried and left out, because the fault is theirs: synthesisers and meters of CV (no audio goes
  /// in), `mbeq` and `pitchScaleHQ` of SWH (their objects do not say that they need FFTW), SWH's
  /// `valve`, `chebstortion`, `bodeShifterCV` and `surroundEncoder` and mda's `Vocoder` (they read
  /// memory that they never wrote), SWH's `freqTracker` and `decay` (what comes out is no audio),
  /// `fat1` of x42 (it thinks in blocks of 64 and more).
  static let all = calf + drobilla + x42 + eq10q + swh + others

  /// Those that come with presets.
  static let withPresets =
    ["Filter", "MonoCompressor", "Reverb"].map { named("calf.sourceforge.net/plugins/" + $0) }
    + ["Detune", "Splitter", "ThruZero"].map { named("drobilla.net/plugins/mda/" + $0) }
    + [named("gareus.org/oss/lv2/zeroconvolv#Mono"), ForeignPlugin(uri: "urn:ardour:a-comp")]

  private static func named(_ name: String) -> ForeignPlugin {
    ForeignPlugin(uri: "http://" + name)
  }

  private static let calf =
    [
      "BassEnhancer", "Compressor", "Crusher", "Equalizer5Band", "Filter", "HaasEnhancer",
      "Limiter", "MonoCompressor", "Phaser", "Reverb", "Saturator", "SidechainCompressor",
      "VintageDelay", "XOver3Band",
    ].map { named("calf.sourceforge.net/plugins/" + $0) }
    // Its oscillator moves once in a block.
    + [
      ForeignPlugin(uri: "http://calf.sourceforge.net/plugins/RotarySpeaker", isBlockExact: false)
    ]

  private static let drobilla =
    [
      "mda/Ambience", "mda/Detune", "mda/Dynamics", "mda/Limiter", "mda/RingMod", "mda/Splitter",
      "mda/ThruZero", "fomp/cs_phaser1", "fomp/parametric1", "fomp/reverb_amb",
    ].map { named("drobilla.net/plugins/" + $0) }
    + [ForeignPlugin(uri: "http://drobilla.net/plugins/fomp/triple_chorus", channelCount: 1)]
    // They approach their settings once in a block.
    + ["mda/DubDelay", "mda/Leslie"].map {
      ForeignPlugin(uri: "http://drobilla.net/plugins/" + $0, isBlockExact: false)
    }

  private static let x42 =
    [
      "balance", "darc#mono", "dpl#stereo", "meters#EBUr128", "nodelay", "phaserotate#stereo",
      "sisco#Stereo", "zeroconvolv#Mono",
    ].map { named("gareus.org/oss/lv2/" + $0) }
    + [
      ForeignPlugin(uri: "http://gareus.org/oss/lv2/meters#surround5", channelCount: 5),
      // It sets its filters once in a block.
      ForeignPlugin(uri: "http://gareus.org/oss/lv2/fil4#stereo", isBlockExact: false),
    ]

  private static let eq10q = ["eq/eq4qs", "eq/eq10qm", "compressor_sc", "gate", "bassup"].map {
    named("eq10q.sourceforge.net/" + $0)
  }

  private static let swh =
    [
      "alaw", "comb", "djFlanger", "dysonCompress", "fastLookaheadLimiter", "hardLimiter",
      "matrixStMS", "sc4", "singlePara",
    ].map { named("plugin.org.uk/swh-plugins/" + $0) }
    + ["gverb", "plate"].map {
      ForeignPlugin(uri: "http://plugin.org.uk/swh-plugins/" + $0, channelCount: 1)
    }

  private static let others =
    ["compressor/stereo", "erreverb/sum", "filter/hpf/mono", "tube/stereo"].map {
      named("invadarecords.com/plugins/lv2/" + $0)
    }
    + [named("lv2plug.in/plugins/eg-amp"), named("lv2plug.in/plugins/eg-scope#Stereo")]
    + ["urn:ardour:a-comp"].map { ForeignPlugin(uri: $0) }
}

/// Noise as a file, and what a plugin makes of it.
final class ForeignRendering {
  static let sampleRate = 48_000
  static let length = 12_000

  let folder: TemporaryFolder
  let channels: [[Float]]
  private let plugin: String
  private var count = 0

  init(_ plugin: String, channelCount: Int) throws {
    self.plugin = plugin
    folder = try TemporaryFolder()
    // Each its own; a generator that every machine runs alike.
    channels = (0..<channelCount).map { channel in
      var state = UInt32(channel + 1)
      return (0..<Self.length).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(Int32(bitPattern: state)) / Float(1 << 31) / 4
      }
    }
    try write(channels, to: "noise.wav")
  }

  func write(
    _ channels: [[Float]], sampleRate: Int = ForeignRendering.sampleRate, to name: String
  ) throws {
    try AudioFile.write(
      AudioBuffer(sampleRate: sampleRate, channels: channels), to: folder.file(name),
      as: .wavFloat)
  }

  /// All output files by name, as bytes; every one is as long as the input, and finite.
  func render(
    _ arguments: [String] = [], file: String = "noise.wav", _ length: Int = ForeignRendering.length
  ) throws -> [String: Data] {
    count += 1
    let output = "out\(count)"
    let run = try Project.host(
      [
        "render", folder.file(file), "--plugin", plugin, "--format", "wav-float", "-o",
        folder.file(output),
      ] + arguments)
    try #require(run.status == 0, "\(plugin) \(arguments): \(run.status) \(run.errors)")
    let place = output + "/" + file.replacing(".wav", with: "/")
    var files: [String: Data] = [:]
    for path in folder.files where path.hasPrefix(place) {
      let audio = try AudioFile.read(path: folder.file(path))
      try #require(audio.sampleCount == length, "\(path)")
      try #require(audio.channels.allSatisfy { $0.allSatisfy { abs($0) < 100 } }, "\(path)")
      files[String(path.dropFirst(place.count))] = try folder.data(path)
    }
    try #require(!files.isEmpty, "\(plugin)")
    return files
  }

  /// The channels of the last rendering's file of a name.
  func channels(of name: String) throws -> [[Float]] {
    try AudioFile.read(path: folder.file("out\(count)/noise/\(name).wav")).channels
  }

  /// The text of a saved state.
  func state(_ name: String) throws -> String { try folder.text(name + "/state.ttl") }
}
