/// A setting that does not exist, or a value that it cannot have.
public enum SettingsError: Error, Sendable, Equatable {
  /// No setting has this symbol.
  case unknown(String)
  /// A setting, and what was expected and found.
  case invalid(Setting, String)

  /// One line in the words of the place where the setting was written.
  public func message(in source: SettingSource) -> String {
    switch self {
    case .unknown(let symbol): "\(symbol): no such setting"
    case .invalid(let setting, let problem): "\(source.name(of: setting)): \(problem)"
    }
  }
}

/// Where people write settings.
public enum SettingSource: Sendable {
  /// A preset, by symbol.
  case preset
  /// The command line, by option.
  case commandLine
  /// The plugin, by the name that hosts show.
  case plugin

  /// What a setting is called there.
  public func name(of setting: Setting) -> String {
    let control = setting.control
    switch self {
    case .preset: return control.symbol
    case .commandLine: return control.option.map { "--\($0)" } ?? control.symbol
    case .plugin: return control.name
    }
  }
}
