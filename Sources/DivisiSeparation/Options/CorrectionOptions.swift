import ArgumentParser

/// When notes that are not what is played are corrected.
package enum CorrectionMode: String, CaseIterable, ExpressibleByArgument {
  /// In scores of several parts that are aligned.
  case auto
  case on
  case off
}

/// What becomes of notes that are not what is played.
package struct CorrectionOptions: ParsableArguments {
  @Option(
    help:
      "Whether to add notes that are played but missing from the score, and to move wrong ones to the pitch played: auto only if the score has several parts and is aligned, on always, off never. Drums are left as they are.",
    completion: .list(CorrectionMode.allCases.map(\.rawValue)))
  package var correctNotes = CorrectionMode.auto

  package init() {}

  /// The option, if it was given and asks for more than its default.
  package var given: String? { correctNotes == .auto ? nil : "--correct-notes" }
}
