public import CDivisi
import DivisiControls
import DivisiSeparation
import InputFiles
import LV2Presets
import Synchronization

/// What a caller has set.
final class OptionList: Sendable {
  private let given = Mutex<[(name: String, value: String)]>([])

  func set(_ name: String, _ value: String) { given.withLock { $0.append((name, value)) } }

  /// The options as the command line would have them.
  ///
  /// - Throws: ``WrongOptions``, in the words of the command line.
  func parsed() throws -> (options: LibraryOptions, settings: [(Setting, Double)]) {
    var arguments: [String] = []
    var settings: [(Setting, Double)] = []
    for (name, value) in given.withLock({ $0 }) {
      let symbol = name.replacing("-", with: "_")
      let setting = Setting(rawValue: symbol)
      guard let setting, setting.control.option == nil else {
        let option = setting?.control.option ?? symbol.replacing("_", with: "-")
        switch value {
        case "true": arguments.append("--\(option)")
        case "false": break
        default: arguments.append("--\(option)=\(value)")
        }
        continue
      }
      let number = value == "true" ? 1 : value == "false" ? 0 : Double(value)
      guard let number else {
        throw WrongOptions(description: "\(symbol): expected a number, found '\(value)'")
      }
      settings.append((setting, number))
    }
    do {
      return (try LibraryOptions.parse(arguments), settings)
    } catch {
      // Of several lines, those behind the first are a list.
      let lines = LibraryOptions.message(for: error).split(separator: "\n")
      let list = lines.dropFirst().map { String($0.drop { " -".contains($0) }) }
      let text = list.isEmpty ? "" : " " + list.joined(separator: ", ")
      throw WrongOptions(description: "\(lines.first ?? "")\(text)")
    }
  }
}

/// What the options of a caller say; NULL has none.
func parsed(
  _ options: OpaquePointer?
) throws -> (options: LibraryOptions, settings: [(Setting, Double)]) {
  try (options.map { object($0, as: OptionList.self) } ?? OptionList()).parsed()
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_options_new() -> OpaquePointer! { handle(OptionList()) }

/// As `divisi.h` has it.
@c @implementation
public func divisi_options_set(
  _ options: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ value: UnsafePointer<CChar>!
) {
  object(options, as: OptionList.self).set(String(cString: name), String(cString: value))
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_options_free(_ options: OpaquePointer!) { free(options) }

/// As `divisi.h` has it.
@c @implementation
public func divisi_abi_version() -> Int32 { DIVISI_ABI_VERSION }

/// As `divisi.h` has it.
@c @implementation
public func divisi_version() -> UnsafePointer<CChar>! { versionText.pointer }

private let versionText = Fixed(Texts.ofLibrary.keep(Release.version))

/// Text that nobody changes.
private struct Fixed: @unchecked Sendable {
  let pointer: UnsafePointer<CChar>
  init(_ pointer: UnsafePointer<CChar>) { self.pointer = pointer }
}

// MARK: Settings

/// All settings, as callers see them.
private struct SettingList: @unchecked Sendable {
  static let shared = SettingList()
  let settings = Setting.allCases.map { setting in
    let control = setting.control
    let keep = Texts.ofLibrary.keep
    return divisi_setting(
      symbol: keep(control.symbol), option: keep(control.option ?? control.symbol),
      name: keep(control.name), comment: keep(control.comment ?? ""),
      unit: keep(control.unit?.text ?? ""), minimum: control.accepted.lowerBound,
      maximum: control.accepted.upperBound, value: control.defaultValue)
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_setting_count() -> Int { SettingList.shared.settings.count }

/// As `divisi.h` has it.
@c @implementation
public func divisi_setting_at(
  _ index: Int, _ setting: UnsafeMutablePointer<divisi_setting>!
) -> Int32 {
  guard SettingList.shared.settings.indices.contains(index) else { return -1 }
  setting.pointee = SettingList.shared.settings[index]
  return 0
}

// MARK: Presets

/// The presets that there are.
private final class PresetList: @unchecked Sendable {
  let presets: [(name: UnsafePointer<CChar>, comment: UnsafePointer<CChar>)]
  private let texts = Texts()

  init() throws {
    presets = try PresetLibrary(bundle: PresetStore.bundle()).presets.map { [texts] in
      (texts.keep($0.name), texts.keep($0.comment))
    }
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_presets_read(
  _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
  answering(error) { handle(try PresetList()) }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_presets_count(_ presets: OpaquePointer!) -> Int {
  object(presets, as: PresetList.self).presets.count
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_presets_name(_ presets: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
  object(presets, as: PresetList.self).presets.at(index)?.name
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_presets_comment(
  _ presets: OpaquePointer!, _ index: Int
) -> UnsafePointer<CChar>! {
  object(presets, as: PresetList.self).presets.at(index)?.comment
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_presets_free(_ presets: OpaquePointer!) { free(presets) }

extension Array {
  /// Nil past the last one.
  func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
