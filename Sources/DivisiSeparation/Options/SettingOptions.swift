package import ArgumentParser
package import DivisiControls

extension NameSpecification {
  /// The option that the table of controls gives a setting.
  package static func setting(_ setting: Setting) -> NameSpecification {
    setting.control.option.map { .customLong($0) } ?? .long
  }
}

/// Changes settings as options say; what cannot be is wrong usage, in the words of the command line.
package func asUsage<Result>(_ change: () throws(SettingsError) -> Result) throws -> Result {
  do throws(SettingsError) {
    return try change()
  } catch {
    throw ValidationError(error.message(in: .commandLine))
  }
}
