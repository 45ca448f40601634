/// The instruments a part declares in the part list, for percussion and MIDI channels.
struct Instruments {
  private struct Instrument {
    var name = ""
    var channel: Int?
    var program: Int?
    /// The percussion number, 0 to 127.
    var unpitched: Int?
  }

  private var byID: [String: Instrument] = [:]
  private var firstID: String?
  /// The drum that the part is called after, if it is one.
  private let partNumber: Int?

  /// - Parameters:
  ///   - declaration: a `score-part` element.
  ///   - partName: what the part is called.
  init(declaration: XMLElement, partName: String) {
    let number = DrumMap.number(ofName: partName)
    partNumber = number == DrumMap.unknownNumber ? nil : number

    for element in declaration.children {
      guard let id = element.attributes["id"] else { continue }
      switch element.name {
      case "score-instrument":
        byID[id, default: Instrument()].name = element.text(of: "instrument-name") ?? ""
      case "midi-instrument":
        let channel = element.text(of: "midi-channel").flatMap { Int($0) }
        let unpitched = element.text(of: "midi-unpitched").flatMap { Int($0) }
        byID[id, default: Instrument()].channel = channel.flatMap { (1...16) ~= $0 ? $0 : nil }
        byID[id, default: Instrument()].program = element.text(of: "midi-program")
          .flatMap { Int($0) }
        // MusicXML counts midi-unpitched from 1.
        byID[id, default: Instrument()].unpitched = unpitched.flatMap {
          (1...128) ~= $0 ? $0 - 1 : nil
        }
      default: continue
      }
      firstID = firstID ?? id
    }
  }

  /// Whether all programs named are General MIDI pianos (1 to 8); true if none is named.
  var arePianos: Bool { byID.values.allSatisfy { $0.program.map { (1...8) ~= $0 } ?? true } }

  /// The channel of the instrument a note names, else of the part's first.
  func channel(ofID id: String?) -> Int? {
    (id.flatMap { byID[$0] } ?? firstID.flatMap { byID[$0] })?.channel
  }

  /// Whether all instruments are on the percussion channel.
  var areDrums: Bool {
    !byID.isEmpty && byID.values.allSatisfy { $0.channel == Note.percussionChannel }
  }

  /// Whether any is a mallet instrument, or another that has pitches: by its name, or by one of General
  /// MIDI's chromatic percussion (programs 9 to 16) on a channel of its own.
  var arePitched: Bool {
    byID.values.contains { instrument in
      NameHint(instrument.name) == .pitched
        || instrument.program.map { (9...16) ~= $0 } == true
          && instrument.channel.map { $0 != Note.percussionChannel } == true
    }
  }

  /// The percussion number of the instrument a note names, else of the part's only one: as the file
  /// gives it, else by the name of the instrument, or of the part where that is a drum's.
  func percussionNumber(ofID id: String?) -> Int? {
    guard let instrument = id.flatMap({ byID[$0] }) ?? (byID.count == 1 ? byID.values.first : nil)
    else { return byID.isEmpty ? partNumber : nil }
    return instrument.unpitched ?? DrumMap.number(ofName: instrument.name)
      ?? (byID.count == 1 ? partNumber : nil)
  }
}
