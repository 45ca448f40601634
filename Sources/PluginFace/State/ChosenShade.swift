/// Whether somebody wants windows dark or light, in all hosts and from now on.
enum ChosenShade {
  private static let file = StateFile(name: "shade")

  /// Nil where nobody has chosen, or what was chosen makes no sense.
  static func readIsDark() -> Bool? {
    switch file.text() {
    case "dark": true
    case "light": false
    default: nil
    }
  }

  static func note(isDark: Bool) { file.change { _ in isDark ? "dark\n" : "light\n" } }
}
