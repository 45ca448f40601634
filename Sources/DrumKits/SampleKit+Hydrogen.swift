extension SampleKit {
  /// The layers that an instrument of Hydrogen has room for: as many as `--layers` at most.
  private static let mostLayers = 16

  /// The kit as Hydrogen describes one: `drumkit.xml`, beside samples as of ``namedSamples``.
  ///
  /// Within a layer Hydrogen's amplitude is proportional to the velocity, so layers are divided where levels would be
  /// far from the drum's law, as far as there is room (``HydrogenDivision``).
  ///
  /// - Parameter name: what Hydrogen calls the kit.
  /// - SeeAlso: Hydrogen 1.2, `data/xsd/drumkit.xsd`.
  public func hydrogenKit(name: String) -> String {
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<drumkit_info xmlns=\"http://www.hydrogen-music.org/drumkit\">",
    ]
    let head = [
      ("name", Self.escaped(name)), ("author", ""), ("info", ""), ("license", ""), ("image", ""),
      ("imageLicense", ""),
    ]
    lines += head.map { " <\($0)>\($1)</\($0)>" }
    lines += [
      " <componentList>",
      "  <drumkitComponent><id>0</id><name>Main</name><volume>1</volume></drumkitComponent>",
      " </componentList>", " <instrumentList>",
    ]
    for (index, instrument) in instruments.enumerated() {
      let takesTurns = instrument.layers.contains { $0.samples.count > 1 }
      // In the order that Hydrogen's schema has.
      let values = [
        ("id", "\(index)"), ("name", Self.escaped(instrument.name)), ("volume", "1"),
        ("isMuted", "false"), ("isSoloed", "false"), ("pan", "0"), ("pitchOffset", "0"),
        ("randomPitchFactor", "0"), ("gain", "1"), ("applyVelocity", "true"),
        ("filterActive", "false"), ("filterCutoff", "1"), ("filterResonance", "0"),
        ("Attack", "0"), ("Decay", "0"), ("Sustain", "1"), ("Release", "1000"),
        ("muteGroup", instrument.isHiHat ? "0" : "-1"), ("midiOutChannel", "-1"),
        ("midiOutNote", "\(instrument.articulation)"),
        ("isStopNote", instrument.isHiHat ? "true" : "false"),
        ("sampleSelectionAlgo", takesTurns ? "ROUND_ROBIN" : "VELOCITY"), ("isHihat", "-1"),
        ("lower_cc", "0"), ("higher_cc", "127"),
      ]
      lines.append("  <instrument>")
      lines += values.map { "   <\($0)>\($1)</\($0)>" }
      lines += [
        "   <instrumentComponent>", "    <component_id>0</component_id>", "    <gain>1</gain>",
      ]
      lines += hydrogenLayers(of: index)
      lines += ["   </instrumentComponent>", "  </instrument>"]
    }
    lines += [" </instrumentList>", "</drumkit_info>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func hydrogenLayers(of index: Int) -> [String] {
    let instrument = instruments[index]
    let all = namedSamples.filter { $0.instrument == index }
    // Where there is no room for turns, all layers are there still.
    let turns = all.count > Self.mostLayers ? all.filter { $0.turn == 0 } : all
    let own = Dictionary(grouping: turns, by: \.layer)
    let divisions = HydrogenDivision.all(
      of: instrument.layers.indices.map {
        HydrogenDivision(
          layer: $0, velocities: instrument.layers[$0].velocities, cost: own[$0]?.count ?? 1)
      }, exponent: instrument.law.exponent, room: Self.mostLayers)
    return divisions.flatMap { division -> [String] in
      let samples = own[division.layer] ?? []
      // Hydrogen begins with the second of those that take turns.
      return (samples.suffix(1) + samples.dropLast()).map { named in
        let (low, high) = (division.velocities.lowerBound, division.velocities.upperBound)
        let middle = (Double(low) * Double(high)).squareRoot()
        let gain = instrument.law.gain(from: named.sample.velocity, to: middle) * 127 / middle
        let minimum = low == 1 ? 0 : (Double(low) - 0.5) / 127
        let maximum = high == 127 ? 1 : (Double(high) + 0.5) / 127
        return
          "    <layer><filename>\(named.name).wav</filename><min>\(decimal(minimum, digits: 5))</min>"
          + "<max>\(decimal(maximum, digits: 5))</max><gain>\(decimal(gain, digits: 5))</gain>"
          + "<pitch>0</pitch></layer>"
      }
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
