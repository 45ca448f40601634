import DivisiScore

/// Tempo and bars as Ardour 7 writes them: each change at its place in superclocks, in quarter notes, and in bars and beats.
struct ArdourTempoMap {
  let grid: MIDIGrid
  let superclocksPerSecond: Int
  let ticksPerQuarter: Int

  var element: XMLElement {
    var places = Places(self)
    let tempos = grid.tempos.map { tempo in
      let place = places.move(to: tempo.tick)
      let length = superclocks(perQuarterOf: tempo.microsecondsPerQuarter)
      places.superclocksPerQuarter = length
      let beats = "\(60 * Double(superclocksPerSecond) / Double(length))"
      return XMLElement(
        "Tempo",
        [
          ("npm", beats), ("enpm", beats), ("note-type", "4"), ("type", "Tempo::Constant"),
          ("active", "1"), ("locked-to-meter", "0"), ("continuing", "0"),
        ] + place + [("omega", "0")])
    }
    return XMLElement(
      "TempoMap", [("superclocks-per-second", "\(superclocksPerSecond)")],
      [
        XMLElement("Tempos", [], tempos),
        XMLElement("Meters", [], meters),
        XMLElement("MusicTimes"),
      ])
  }

  private var meters: [XMLElement] {
    var tempos = grid.tempos[...]
    var places = Places(self)
    return signatures.map { signature in
      while let tempo = tempos.first, tempo.tick <= signature.tick {
        _ = places.move(to: tempo.tick)
        places.superclocksPerQuarter = superclocks(perQuarterOf: tempo.microsecondsPerQuarter)
        tempos.removeFirst()
      }
      return XMLElement(
        "Meter",
        [("note-value", "\(signature.unit)"), ("divisions-per-bar", "\(signature.beats)")]
          + places.move(to: signature.tick))
    }
  }

  private var signatures: [(tick: Int, beats: Int, unit: Int)] {
    grid.signatures.isEmpty ? [(0, 4, 4)] : grid.signatures
  }

  private func superclocks(perQuarterOf microseconds: Int) -> Int {
    Int((Double(superclocksPerSecond) * Double(microseconds) * 1e-6).rounded())
  }

  /// Goes through the music, from tempo to tempo.
  private struct Places {
    private let map: ArdourTempoMap
    private var signatures: ArraySlice<(tick: Int, beats: Int, unit: Int)>
    private var tick = 0
    private var superclock = 0
    /// The bar in which the last signature stands, from 1, and the signature.
    private var bar = 1
    private var signature: (tick: Int, beats: Int, unit: Int)
    /// Of the tempo that holds where it is.
    var superclocksPerQuarter = 1

    init(_ map: ArdourTempoMap) {
      self.map = map
      signatures = map.signatures.dropFirst()
      signature = map.signatures[0]
    }

    /// - Parameter next: in ticks of the grid, not before the last.
    mutating func move(to next: Int) -> [(String, String)] {
      superclock += (next - tick) * superclocksPerQuarter / MIDIGrid.ticksPerQuarter
      tick = next
      while let change = signatures.first, change.tick <= tick {
        bar += (change.tick - signature.tick) / Self.barLength(signature)
        signature = change
        signatures.removeFirst()
      }
      let beatLength = MIDIGrid.ticksPerQuarter * 4 / signature.unit
      let beats = (tick - signature.tick) / beatLength
      let quarters = tick / MIDIGrid.ticksPerQuarter
      let rest =
        tick % MIDIGrid.ticksPerQuarter * map.ticksPerQuarter / MIDIGrid.ticksPerQuarter
      return [
        ("sclock", "\(superclock)"), ("quarters", "\(quarters):\(rest)"),
        ("bbt", "\(bar + beats / signature.beats)|\(beats % signature.beats + 1)|0"),
      ]
    }

    private static func barLength(_ signature: (tick: Int, beats: Int, unit: Int)) -> Int {
      signature.beats * MIDIGrid.ticksPerQuarter * 4 / signature.unit
    }
  }
}
