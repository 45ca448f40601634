import ArgumentParser
import DivisiScore
import DivisiSeparation
import Terminal

/// `divisi drum-maps`.
struct DrumMaps: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drum-maps",
    abstract: "List the drum maps that --drum-map knows by name.",
    discussion: """
      Any other map is a text file: a line for each note, with its number or name and the drum, such as "36 kick" or \
      "54 open hi-hat". What follows # is a remark; notes that are not in the file mean what General MIDI says.
      """)

  func run() throws {
    let width = DrumTable.all.map(\.name.count).max() ?? 0
    for table in DrumTable.all {
      print(table.name.padding(to: width) + "  " + table.description + ".")
    }
  }
}
