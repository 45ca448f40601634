import ArgumentParser
import Terminal

/// A format of sessions for digital audio workstations.
enum SessionFormat: String, CaseIterable {
  case ardour, reaper, dawproject
}

/// What is written for people who go on elsewhere.
struct SessionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write a session for a DAW: ardour, reaper, dawproject (Bitwig Studio, Cubase, Studio One), or several with commas. It has the recording, muted, each part and the residual on tracks of their own, the tempo and bars of the score, and the notes of each part. {part} in its name is session.",
      valueName: "daw,..."),
    transform: Self.formats)
  var session: [SessionFormat] = []

  @Flag(
    help:
      "Also write the score, on the time of the recording, as a MIDI file. {part} in its name is score."
  )
  var midi = false

  static func formats(_ text: String) throws -> [SessionFormat] {
    let all = SessionFormat.allCases.map(\.rawValue).joined(separator: ", ")
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { field in
      guard let format = SessionFormat(rawValue: String(field).trimmed.lowercased()) else {
        throw ValidationError("--session: expected \(all); found '\(field)'")
      }
      return format
    }
  }
}
