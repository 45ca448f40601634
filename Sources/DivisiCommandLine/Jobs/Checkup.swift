import CCPU
import DivisiEngine
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Glibc
import MediaFiles
import PluginTurtle

/// What an installation has, and what it lacks.
enum Checkup {
  /// One line.
  struct Finding {
    let health: Health
    let subject: String
    /// What there is, or what is missing and how to get it.
    let text: String
  }

  enum Health {
    case fine
    /// Something works less well, or not at all, that not everybody needs.
    case missing
    /// Nothing can be separated.
    case fault

    var word: String {
      switch self {
      case .fine: "ok"
      case .missing: "missing"
      case .fault: "fault"
      }
    }
  }

  /// What decides how fast it is.
  static var processor: String {
    #if arch(x86_64)
    let kind = divisi_has_avx2() ? "x86-64 with AVX2" : "x86-64 without AVX2, which makes it slower"
    #elseif arch(arm64)
    let kind = "aarch64"
    #else
    let kind = "a processor that it was not made for"
    #endif
    return "\(kind), \(ProcessInfo.processInfo.activeProcessorCount) processors"
  }

  static func findings() -> [Finding] {
    [presets, plugin, sound, media, separation]
  }

  private static var presets: Finding {
    do {
      let bundle = try PresetStore.bundle()
      let models = ["generic-kit", "generic-piano"].filter {
        access("\(bundle)/\($0).safetensors", R_OK) == 0
      }
      guard models.count == 2 else {
        return Finding(
          health: .fault, subject: "presets",
          text: "\(bundle): expected the models generic-kit and generic-piano; install Divisi anew")
      }
      return Finding(
        health: .fine, subject: "presets",
        text: "\(bundle), with \(models.joined(separator: " and "))")
    } catch {
      return Finding(health: .fault, subject: "presets", text: "\(error)")
    }
  }

  /// Where hosts look for plugins, in their order.
  private static var pluginFolders: [String] {
    if let path = environment("LV2_PATH") { return path.split(separator: ":").map(String.init) }
    return [(environment("HOME") ?? "") + "/.lv2", "/usr/local/lib/lv2", "/usr/lib/lv2"]
  }

  private static var plugin: Finding {
    let wanted = "\(Turtle.version.minor).\(Turtle.version.micro)"
    let folders = pluginFolders.filter { access("\($0)/divisi.lv2/divisi.so", R_OK) == 0 }
    let found = folders.map { ($0, version(in: "\($0)/divisi.lv2/hands.ttl") ?? "unknown") }
    guard let (folder, version) = found.first else {
      return Finding(
        health: .missing, subject: "plugin",
        text:
          "none in \(pluginFolders.joined(separator: ", ")); install the package divisi-lv2, or run make install-plugin"
      )
    }
    if let (other, otherVersion) = found.first(where: { $0.1 != wanted }) {
      return Finding(
        health: .missing, subject: "plugin",
        text: "\(other)/divisi.lv2 is version \(otherVersion), not \(wanted); replace or remove it")
    }
    return Finding(health: .fine, subject: "plugin", text: "version \(version) in \(folder)")
  }

  /// The version that a plugin's data states.
  private static func version(in path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let minor = text.firstMatch(of: /lv2:minorVersion (\d+)/),
      let micro = text.firstMatch(of: /lv2:microVersion (\d+)/)
    else { return nil }
    return "\(minor.1).\(micro.1)"
  }

  private static var sound: Finding {
    let servers = [("JACK", "jackd"), ("JACK", "jackdbus"), ("PipeWire", "pipewire")]
      .filter { isProgram($0.1) }.map(\.0)
    guard let server = servers.first else {
      return Finding(
        health: .missing, subject: "sound",
        text:
          "neither JACK nor PipeWire, which divisi-host plays through; apt install pipewire-jack, or jackd2"
      )
    }
    return Finding(health: .fine, subject: "sound", text: "\(server) for divisi-host")
  }

  private static var media: Finding {
    guard MediaDecoder.isAvailable else {
      return Finding(
        health: .missing, subject: "media",
        text: "libav, which M4A files and videos need; apt install \(MediaDecoder.packages)")
    }
    return Finding(
      health: .fine, subject: "media", text: "M4A, WMA and the sound of videos can be read")
  }

  /// Two tones of two seconds, as two hands would play them.
  private static var separation: Finding {
    let rate = 44_100.0
    let pitches = [48, 67]
    let tones = pitches.map { pitch in
      (0..<Int(2 * rate)).map { sample in
        let seconds = Double(sample) / rate
        let frequency = 440 * pow(2, Double(pitch - 69) / 12)
        return Float(
          (1...6).reduce(0.0) { sum, partial in
            sum + sin(2 * .pi * frequency * Double(partial) * seconds) / Double(partial * partial)
          } * 0.2 * exp(-seconds))
      }
    }
    let parts = zip(["left", "right"], pitches).map { name, pitch in
      Part(name: name, notes: [Note(onsetSeconds: 0, releaseSeconds: 2, pitch: pitch)])
    }
    let start = ContinuousClock.now
    do {
      let separator = Separator(
        settings: SeparationSettings(), material: .pitched, parallel: threads(1))
      let mixture = zip(tones[0], tones[1]).map { $0 + $1 }
      let stems = try separator.separate(
        channels: [mixture], sampleRate: rate, parts: parts, hasPedal: false, withResidual: false
      ).stems
      let ratios = zip(stems, tones).map { stem, tone in
        let error = zip(stem[0], tone).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
        return 10 * log10(tone.reduce(0.0) { $0 + Double($1 * $1) } / max(error, 1e-12))
      }
      let least = ratios.min() ?? 0
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let text = "two tones in \(fixed(seconds, digits: 2)) s, \(fixed(least, digits: 1)) dB"
      return least >= 10
        ? Finding(health: .fine, subject: "test", text: text)
        : Finding(
          health: .fault, subject: "test",
          text: text + "; expected at least 10 dB: install Divisi anew")
    } catch {
      return Finding(health: .fault, subject: "test", text: "\(error)")
    }
  }

  private static func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func isProgram(_ name: String) -> Bool {
    (environment("PATH") ?? "").split(separator: ":").contains {
      access("\($0)/\(name)", X_OK) == 0
    }
  }
}
