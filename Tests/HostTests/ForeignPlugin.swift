import AudioFiles
import Foundation
import Testing

/// An effect of Debian's that nobody here wrote, and what is known of it.
struct ForeignPlugin: Sendable, CustomTestStringConvertible {
  let uri: String
  /// Whether every length of blocks gives the same samples. Those where it does not say why.
  var isBlockExact = true

  var testDescription: String { uri }

  /// Effects of eight packages, of all kinds: many controls and none, one channel to eight, port
  /// groups and none, side chains, latency, atom ports, a worker, required options, state.
  ///
  /// Left out after they were tried, because the fault is theirs: the synthesisers of Calf and MDA
  /// (no audio input), `mbeq` and `pitchScaleHQ` of SWH (their objects miss FFTW), SWH's
  /// `bodeShifterCV`, `dcRemove` and `decay` (they read memory that they never wrote).
  static let all: [ForeignPlugin] =
    calf(
      [
        "BassEnhancer", "Compressor", "Crusher", "Equalizer5Band", "Filter", "HaasEnhancer",
        "Limiter", "MonoCompressor", "Phaser", "Reverb", "Saturator", "SidechainCompressor",
        "VintageDelay", "XOver3Band",
      ])
    // Its low-frequency oscillator is advanced once in a block.
    + calf(["RotarySpeaker"], isBlockExact: false)
    + [
      "mda/Ambience", "mda/Detune", "mda/Dynamics", "mda/Limiter", "mda/RingMod", "mda/Splitter",
      "mda/ThruZero", "mda/Vocoder", "fomp/cs_phaser1", "fomp/parametric1", "fomp/reverb_amb",
      "fomp/triple_chorus",
    ].map { ForeignPlugin(uri: "http://drobilla.net/plugins/" + $0) }
    // They move towards new settings once in a block.
    + ["mda/DubDelay", "mda/Leslie"].map {
      ForeignPlugin(uri: "http://drobilla.net/plugins/" + $0, isBlockExact: false)
    }
    + [
      "balance", "darc#mono", "dpl#stereo", "meters#EBUr128", "meters#surround5", "nodelay",
      "phaserotate#stereo", "sisco#Stereo", "zeroconvolv#Mono",
    ].map { ForeignPlugin(uri: "http://gareus.org/oss/lv2/" + $0) }
    // It sets its filters once in a block.
    + [ForeignPlugin(uri: "http://gareus.org/oss/lv2/fil4#stereo", isBlockExact: false)]
    + ["eq/eq4qs", "eq/eq10qm", "compressor_sc", "gate"].map {
      ForeignPlugin(uri: "http://eq10q.sourceforge.net/" + $0)
    }
    + swh + examples

  private static func calf(_ names: [String], isBlockExact: Bool = true) -> [ForeignPlugin] {
    names.map {
      ForeignPlugin(
        uri: "http://calf.sourceforge.net/plugins/" + $0, isBlockExact: isBlockExact)
    }
  }

  private static let swh: [ForeignPlugin] = []
  private static let examples = [ForeignPlugin(uri: "http://lv2plug.in/plugins/eg-amp")]
}
