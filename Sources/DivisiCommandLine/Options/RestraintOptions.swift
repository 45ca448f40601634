import ArgumentParser
import DivisiDSP
import DivisiSeparation
import Terminal

/// Which frames of the sources of a mosaic may answer.
struct RestraintOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Semitones, -24 to 24, of copies of each source that answer too; 0 is the source itself.",
      valueName: "-5,0,5"))
  var transpose = "0"

  @Option(
    help: ArgumentHelp(
      "Of so many frames in a row a frame of the source keeps only its strongest; 1 for no restraint.",
      valueName: "frames"))
  var repetition = 7

  @Option(
    help: ArgumentHelp(
      "So many frames of the source sound at once; 0 for no restraint.", valueName: "frames"))
  var polyphony = 10

  @Option(
    help: ArgumentHelp(
      "Over so many frames the source is drawn to go on as it went; 1 for no restraint.",
      valueName: "frames"))
  var continuity = 7

  @Option(
    help: ArgumentHelp(
      "The restraints act in every so many iterations.", valueName: "n"))
  var every = 5

  private static let mostCopies = 49

  /// Semitones of the copies of each source.
  func transpositions() throws -> [Double] {
    let fields = transpose.split(separator: ",", omittingEmptySubsequences: false)
    let values = fields.compactMap { Double(String($0).trimmed) }.filter { abs($0) <= 24 }
    guard values.count == fields.count, Set(values).count == values.count,
      values.count <= Self.mostCopies
    else {
      throw ValidationError(
        "--transpose: expected semitones from -24 to 24, each once, such as -5,0,5; found '\(transpose)'"
      )
    }
    return values
  }

  var restraints: MosaicRestraints {
    var restraints = MosaicRestraints()
    restraints.repetition = repetition
    restraints.polyphony = polyphony
    restraints.continuity = continuity
    restraints.every = every
    return restraints
  }

  /// An option that was given, and asks for more than its default.
  var given: String? {
    let usual = MosaicRestraints()
    if transpose != "0" { return "--transpose" }
    if repetition != usual.repetition { return "--repetition" }
    if polyphony != usual.polyphony { return "--polyphony" }
    if continuity != usual.continuity { return "--continuity" }
    return every == usual.every ? nil : "--every"
  }

  func validate() throws {
    _ = try transpositions()
    for (name, value, range) in [
      ("--repetition", repetition, 1...99), ("--polyphony", polyphony, 0...1000),
      ("--continuity", continuity, 1...99), ("--every", every, 1...1000),
    ] where !range.contains(value) {
      throw ValidationError(
        "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
  }
}
