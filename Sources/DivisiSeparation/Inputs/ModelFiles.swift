import ArgumentParser
package import DivisiEngine
package import DivisiScore
import FoundationEssentials
import Terminal

/// What `--model-file` names: a file for all parts, and files for some of them.
package struct ModelFiles {
  /// Nil where none was given.
  package private(set) var usual: String?
  /// Files for parts, in the order in which they were given.
  package private(set) var own: [(part: String, path: String)] = []

  /// Reads `FILE` and `PART=FILE`; a file that has such a name is one.
  package init(_ texts: [String]) throws {
    for text in texts {
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let part = String(sides[0]).trimmed
      guard sides.count == 2, PartName.isValid(part),
        !FileManager.default.fileExists(atPath: text)
      else {
        guard usual == nil else {
          throw ValidationError(
            "--model-file: expected one file, and others for single parts, such as piano=generic-piano; found '\(usual ?? "")' and '\(text)'"
          )
        }
        usual = text
        continue
      }
      guard !own.contains(where: { $0.part.lowercased() == part.lowercased() }) else {
        throw ValidationError("--model-file: expected each part once, found '\(part)' twice")
      }
      own.append((part, String(sides[1])))
    }
  }
}

/// Note banks for all parts, and for some of them.
package struct PartBanks {
  package var usual: NoteBank?
  package var own: [(part: String, bank: NoteBank)] = []

  /// The banks of the instruments that play some parts.
  ///
  /// - Throws: one line for a part that the score does not have, and for two banks of one instrument.
  package func banks(of parts: [Part], score: String) throws -> NoteBanks {
    var result = NoteBanks(usual: usual)
    for (name, bank) in own {
      let alike = parts.filter { $0.name.lowercased() == name.lowercased() }
      guard
        let part = parts.first(where: { $0.name == name }) ?? (alike.count == 1 ? alike[0] : nil)
      else {
        throw Failure(
          "--model-file: expected parts of \(score): \(parts.map(\.name).joined(separator: ", ")); found '\(name)'"
        )
      }
      guard result.own.updateValue(bank, forKey: part.instrument) == nil else {
        throw Failure(
          "--model-file: expected one file for each instrument; '\(part.name)' is of one that has a file already"
        )
      }
    }
    return result
  }
}
