// Writes the Turtle of the plugins into the folder that is named: see `make turtle`.

import DivisiControls
import FoundationEssentials
import PluginTurtle

let folder = CommandLine.arguments.dropFirst().first ?? "."
for kind in PluginKind.allCases {
  let file = URL(fileURLWithPath: folder).appendingPathComponent("\(kind.fileName).ttl")
  try Data(Turtle.text(of: kind).utf8).write(to: file)
}
