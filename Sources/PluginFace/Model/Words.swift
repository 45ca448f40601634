import DivisiControls

/// Values and states as people read and write them.
enum Words {
  private static let minus: Character = "\u{2212}"

  /// A number with so many decimals, 9 at most.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value == value, abs(value) < 1e9 else { return "–" }
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let count = Int((abs(value) * Double(scale)).rounded())
    var text = String(count / scale)
    if decimals > 0 {
      let digits = String(count % scale)
      text += "." + String(repeating: "0", count: decimals - digits.count) + digits
    }
    return value < 0 && count > 0 ? "\(minus)\(text)" : text
  }

  /// A control's value: a word where it has one, else a number with its unit.
  static func value(_ value: Double, _ law: FaderLaw) -> String {
    let control = law.control
    if let point = control.points.first(where: { abs($0.value - value) < law.grain / 2 }) {
      return point.label
    }
    if control.kind == .toggle { return value > 0.5 ? "on" : "off" }
    let unit = control.unit.map { "\u{A0}" + ($0 == .seconds ? "s" : $0.text) } ?? ""
    var text = fixed(value, decimals: law.decimals)
    if control.unit != .decibels, text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text + unit
  }

  /// About how much room a control's name and its longest value take, in points; of long words the beginning will do.
  static func width(_ law: FaderLaw) -> Double {
    let ends = [law.control.range.lowerBound, law.control.range.upperBound].map { value($0, law) }
    let longest = (law.control.points.map(\.label) + ends).map(\.count).max() ?? 0
    return max(Double(min(longest, 16)) * 6.2 + 16, Double(law.control.name.count) * 6.3 + 4)
  }

  /// A balance: the middle, or how far to which side.
  static func balance(_ value: Double) -> String {
    let share = Int((abs(value) * 100).rounded())
    return share == 0 ? "Pan" : "\(value < 0 ? "L" : "R") \(share)"
  }

  /// What somebody has typed: a number with or without its unit, or the word for a value; nil for anything else.
  static func typed(_ text: String, _ law: FaderLaw) -> Double? {
    let plain = text.filter { $0 != " " && $0 != "\u{A0}" }.lowercased()
    if let point = law.control.points.first(where: {
      $0.label.filter { $0 != " " }.lowercased() == plain
    }) {
      return point.value
    }
    let number = String(
      plain.prefix { $0.isNumber || "+-.,".contains($0) || $0 == minus }
        .map { $0 == minus ? "-" : $0 == "," ? "." : $0 })
    let unit = plain.dropFirst(number.count)
    guard let factor = factor(of: unit, in: law.control.unit), let value = Double(number) else {
      return nil
    }
    return law.settled(
      min(max(value * factor, law.control.range.lowerBound), law.control.range.upperBound))
  }

  /// What a number with a unit is multiplied with to be one of the control's; nil where they do not go together.
  private static func factor(of typed: Substring, in unit: Unit?) -> Double? {
    switch (typed, unit) {
    case ("", _), ("s", .seconds), ("ms", .milliseconds), ("hz", .hertz), ("db", .decibels): 1
    case ("ms", .seconds): 0.001
    case ("s", .milliseconds): 1000
    default: typed == unit?.text.lowercased() ?? "" ? 1 : nil
    }
  }

  /// How far ahead the model looks, and how late the sound comes out.
  static func latency(lookAhead: Double, seconds: Double) -> String {
    let late = "the sound is \(fixed(seconds, decimals: 2)) s late"
    if lookAhead <= 0 { return "Separates live; \(late)" }
    return "Looks \(fixed(lookAhead, decimals: 1)) s ahead; \(late)"
  }

  /// A pitch by its MIDI number; 60 is C4.
  static func pitch(_ number: Int) -> String {
    let names = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"]
    return names[((number % 12) + 12) % 12] + "\((number - (number % 12 + 12) % 12) / 12 - 1)"
  }

  /// A time in minutes and seconds.
  static func clock(_ seconds: Double) -> String {
    let tenths = Int((min(abs(seconds), 1e6) * 10).rounded())
    let rest = fixed(Double(tenths % 600) / 10, decimals: 1)
    return (seconds < 0 ? "\(minus)" : "") + "\(tenths / 600):" + (tenths % 600 < 100 ? "0" : "")
      + rest
  }

  /// The last part of a path.
  static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The folder that a file is in.
  static func folderName(_ path: String) -> String {
    fileName(path.split(separator: "/").dropLast().joined(separator: "/"))
  }
}
