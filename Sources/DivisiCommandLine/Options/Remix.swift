import ArgumentParser
import DivisiScore
import Glibc
import Terminal

/// All parts together in one file, some of them louder or softer than in the recording.
struct Remix {
  /// What was asked for, as errors name it.
  let option: String
  /// Whether it is the recording without some parts.
  let isMinus: Bool
  /// By name as it was typed: a factor, 1 as in the recording, 0 for silence.
  let gains: [Gain]

  struct Gain {
    let part: String
    let factor: Float
  }

  /// The loudest gain in decibels; more is a slip of the finger.
  static let highestDecibels = 60.0

  /// Reads gains such as `left=-6,right=off`.
  init(mix text: String) throws {
    let option = "--mix \(text)"
    self.option = option
    isMinus = false
    gains = try Self.fields(of: text, option: option).map { field in
      let sides = field.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let factor = Self.factor(String(sides[1]).trimmed) else {
        throw ValidationError(
          "\(option): expected gains in dB up to \(Int(Self.highestDecibels)), or off, such as left=-6,right=off; found '\(field)'"
        )
      }
      return Gain(part: String(sides[0]).trimmed, factor: factor)
    }
  }

  /// Reads the names of parts to be left out, such as `kick,snare`.
  init(minus text: String) throws {
    option = "--minus \(text)"
    isMinus = true
    gains = try Self.fields(of: text, option: option).map { Gain(part: $0, factor: 0) }
  }

  private static func fields(of text: String, option: String) throws -> [String] {
    let fields = text.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0).trimmed
    }
    guard !fields.contains("") else {
      throw ValidationError("\(option): expected names of parts between commas")
    }
    return fields
  }

  private static func factor(_ text: String) -> Float? {
    if ["off", "-inf"].contains(text.lowercased()) { return 0 }
    guard let decibels = Double(text), decibels.isFinite, decibels <= highestDecibels else {
      return nil
    }
    return Float(pow(10, decibels / 20))
  }

  /// Whether it says what becomes of the residual.
  var namesResidual: Bool { gains.contains { $0.part.lowercased() == PartName.reserved } }

  /// Factors for the parts of a score, and behind them for the residual.
  ///
  /// A name in the wrong case is understood; what is not named stays as it is.
  ///
  /// - Throws: one line that lists the parts, for a name that is none of theirs or comes twice.
  func factors(parts: [String], score: String) throws -> [Float] {
    let names = parts + [PartName.reserved]
    var factors = [Float?](repeating: nil, count: names.count)
    for gain in gains {
      let alike = names.indices.filter { names[$0].lowercased() == gain.part.lowercased() }
      guard let index = names.firstIndex(of: gain.part) ?? (alike.count == 1 ? alike[0] : nil)
      else {
        throw Failure(
          "\(option): expected parts of \(score.isEmpty ? "the kit" : score): \(names.joined(separator: ", ")); found '\(gain.part)'"
        )
      }
      guard factors[index] == nil else {
        throw Failure("\(option): expected each part once; found '\(names[index])' twice")
      }
      factors[index] = gain.factor
    }
    return factors.map { $0 ?? 1 }
  }

  /// One of the files, ready to be made.
  struct Output: Sendable {
    /// What takes the place of the part's name.
    let name: String
    /// For each part, and behind them for the residual: 1 as in the recording, 0 for silence.
    let factors: [Float]
  }

  /// The files that some remixes make of a score.
  ///
  /// - Throws: as ``factors(parts:score:)`` does.
  static func outputs(of remixes: [Remix], parts: [String], score: String) throws -> [Output] {
    var mixCount = 0
    return try remixes.map { remix in
      let factors = try remix.factors(parts: parts, score: score)
      if remix.isMinus {
        let missing = zip(parts + [PartName.reserved], factors).filter { $0.1 == 0 }.map(\.0)
        let name = (["minus"] + missing).joined(separator: "-")
        let isShort = name.utf8.count <= longestName
        return Output(name: isShort ? name : "minus-\(missing.count)-parts", factors: factors)
      }
      mixCount += 1
      return Output(name: mixCount == 1 ? "mix" : "mix-\(mixCount)", factors: factors)
    }
  }

  /// In bytes, so that an extension and more of the file's name fit on every file system.
  private static let longestName = 100
}
