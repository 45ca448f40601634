import ArgumentParser
import DivisiSeparation
import Terminal

/// `divisi doctor`.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look whether everything is there that Divisi needs.",
    discussion: """
      Looks for presets, models, the plugin, JACK or PipeWire, and the libraries that some recordings need, and separates two \
      tones. What is missing is listed with what to do about it; if separating does not work, the exit code is 1.
      """)

  func run() throws {
    say("Divisi \(Divisi.configuration.version), \(Checkup.processor)")
    let findings = Checkup.findings()
    let width = findings.map(\.subject.count).max() ?? 0
    for finding in findings {
      say(
        "\(finding.health.word.padding(to: 7))  \(finding.subject.padding(to: width))  \(finding.text)"
      )
    }
    if findings.contains(where: { $0.health == .fault }) { throw ExitCode(1) }
  }
}
