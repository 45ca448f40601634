package import ArgumentParser
import DivisiControls
package import DivisiEngine
package import DivisiScore
import FoundationEssentials
import InputFiles
package import LV2Presets
import Terminal

/// Finds presets and turns them into what the engine needs.
package struct PresetStore {
  /// A preset as the engine understands it.
  package struct Choice {
    package let preset: Preset
    package let settings: StreamSettings
    /// The parts that the preset means, where the user names none.
    package let selection: PartSelection
    /// Which of them are one instrument, where the user does not say it: hands, whatever they are called.
    package var instruments: Instrumentation { selection == .tracks ? .score : .one }
  }

  private static let bundleName = "divisi-presets.lv2"
  package static let modelFile = "urn:divisi:model_file"

  /// The bundle of presets: where `DIVISI_PRESETS` says, beside the installed program or library, in
  /// the source tree, or where LV2 bundles are kept.
  package static func bundle() throws -> String {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["DIVISI_PRESETS"] { return path }
    var candidates: [String] = []
    if let object = LoadedObject.path {
      let folder = URL(fileURLWithPath: object).deletingLastPathComponent()
      candidates += ["", "lv2/", "../lib/lv2/", "../lv2/"].map {
        folder.appendingPathComponent("\($0)\(bundleName)").standardized.path
      }
      var ancestor = folder
      while ancestor.path != "/" {
        ancestor = ancestor.deletingLastPathComponent()
        candidates.append(ancestor.appendingPathComponent("Presets/\(bundleName)").path)
      }
    }
    let lv2Path =
      environment["LV2_PATH"].map { $0.split(separator: ":").map(String.init) } ?? [
        (environment["HOME"] ?? "") + "/.lv2"
      ]
    candidates += lv2Path.map { "\($0)/\(bundleName)" }
    guard
      let found = candidates.first(where: {
        FileManager.default.fileExists(atPath: $0 + "/manifest.ttl")
      })
    else {
      throw Failure(
        "\(bundleName): expected the bundle of presets beside the program or in $DIVISI_PRESETS; found none"
      )
    }
    return found
  }

  /// The path of a model that is named by it, or by the name of one that ships.
  package static func model(_ name: String?) -> String? {
    guard let name, !name.contains("/"), !FileManager.default.fileExists(atPath: name),
      let bundle = try? bundle()
    else { return name }
    let shipped = "\(bundle)/\(name).safetensors"
    return FileManager.default.fileExists(atPath: shipped) ? shipped : name
  }

  /// The bytes of a model's file.
  fileprivate static func bytes(of path: String, expecting what: String) throws -> [UInt8] {
    do throws(InputFile.Failure) {
      return try InputFile.read(
        path, limit: ModelFileError.largestFile, pipeSeconds: InputFile.pipeSeconds)
    } catch .unreadable {
      throw Failure("\(path): expected \(what); it cannot be read")
    } catch {
      throw Failure("\(path): \(error.problem(expecting: what))")
    }
  }

  /// The names of the presets, for shells.
  package static let completion = CompletionKind.custom { _, _, _ in
    (try? PresetLibrary(bundle: bundle()).presets.map(\.name)) ?? []
  }

  /// A preset by its name, or by the path of its file.
  package static func choose(_ name: String) throws -> Choice {
    let preset =
      name.contains("/") || name.hasSuffix(".ttl")
      ? try Preset(path: name) : try PresetLibrary(bundle: bundle()).preset(named: name)
    let settings: StreamSettings
    do throws(SettingsError) {
      settings = try StreamSettings(ports: preset.values)
    } catch {
      throw Failure("\(preset.path): \(error.message(in: .preset))")
    }
    switch preset.appliesTo {
    case "urn:divisi:hands": return Choice(preset: preset, settings: settings, selection: .hands)
    case "urn:divisi:drums": return Choice(preset: preset, settings: settings, selection: .drums)
    case "urn:divisi:parts": return Choice(preset: preset, settings: settings, selection: .tracks)
    default:
      throw Failure(
        "preset '\(preset.name)': expected one for urn:divisi:hands, urn:divisi:drums or urn:divisi:parts, "
          + "found <\(preset.appliesTo)>")
    }
  }
}

extension PresetStore {
  /// Sources that were trained on.
  ///
  /// - Throws: for a file that is none, for two of one name, and for sources of different grids.
  package static func sources(_ paths: [String]) throws -> [TrainedSource] {
    var result: [TrainedSource] = []
    for path in paths {
      let source = try TrainedSource(
        decoding: bytes(of: path, expecting: "a trained source, from 'divisi train --source'"),
        path: path)
      guard PartName.isValid(source.name) else {
        throw Failure("\(path): expected a source whose name can be that of a file")
      }
      guard !result.contains(where: { $0.name.lowercased() == source.name.lowercased() }) else {
        throw Failure(
          "\(path): expected each source once; '\(source.name)' is the name of another one too")
      }
      if let first = result.first, first.grid != source.grid {
        throw Failure(
          "\(path): expected the sample rate, window and hop of \(paths[0]): \(first.gridText); found \(source.gridText)"
        )
      }
      result.append(source)
    }
    return result
  }
}

extension TrainedSource {
  /// Sample rate, window and hop, as they are said in errors.
  var gridText: String { "\(sampleRate) Hz, \(windowLength) and \(hopSize)" }
}

extension PresetStore.Choice {
  /// What the preset separates; reads the drum kit that a drum preset names.
  ///
  /// - Parameter modelFile: goes before the preset's; nil for that one.
  package func material(modelFile: String? = nil) throws -> Material {
    guard selection == .drums else { return .pitched }
    guard let path = PresetStore.model(modelFile) ?? preset.paths[PresetStore.modelFile] else {
      return .drums(DrumKit(patches: [:], origin: ""))
    }
    let bytes = try PresetStore.bytes(
      of: path, expecting: "the drum kit of preset '\(preset.name)'")
    return .drums(try DrumKit(decoding: bytes, path: path))
  }

  /// What pitched templates start from, where the user or the preset names files.
  ///
  /// - Throws: for a file that is none, and for files of parts where drums are separated.
  package func banks(_ models: ModelFiles) throws -> PartBanks {
    guard selection != .drums else {
      guard let (part, path) = models.own.first else { return PartBanks() }
      throw Failure("--model-file \(part)=\(path): expected one drum kit for all parts")
    }
    return PartBanks(
      usual: try (PresetStore.model(models.usual) ?? preset.paths[PresetStore.modelFile]).map(bank),
      own: try models.own.map { ($0.part, try bank(PresetStore.model($0.path) ?? $0.path)) })
  }

  private func bank(_ path: String) throws -> NoteBank {
    let bytes = try PresetStore.bytes(
      of: path, expecting: "a note bank, by its path or the name of one that ships")
    return try NoteBank(decoding: bytes, path: path)
  }
}
