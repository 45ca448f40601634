extension SampleKit {
  /// The layers that an instrument of Hydrogen has room for.
  private static let mostLayers = 16

  /// The kit as Hydrogen describes one: `drumkit.xml`, beside samples as of ``namedSamples``.
  ///
  /// Within a layer Hydrogen's amplitude is proportional to the velocity; each layer is divided into as many as
  /// there is room for, so that levels keep near the drum's law.
  ///
  /// - Parameter name: what Hydrogen calls the kit.
  /// - SeeAlso: Hydrogen 1.2, `data/xsd/drumkit.xsd`.
  public func hydrogenKit(name: String) -> String {
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<drumkit_info xmlns=\"http://www.hydrogen-music.org/drumkit\">",
      " <name>\(Self.escaped(name))</name>", " <author></author>", " <info></info>",
      " <license></license>", " <componentList>",
      "  <drumkitComponent><id>0</id><name>Main</name><volume>1</volume></drumkitComponent>",
      " </componentList>", " <instrumentList>",
    ]
    for (index, instrument) in instruments.enumerated() {
      let isTaken = instrument.layers.contains { $0.samples.count > 1 }
      lines += [
        "  <instrument>", "   <id>\(index)</id>",
        "   <name>\(Self.escaped(instrument.name))</name>",
        "   <volume>1</volume>", "   <isMuted>false</isMuted>", "   <pan>0</pan>",
        "   <gain>1</gain>", "   <applyVelocity>true</applyVelocity>",
        "   <filterActive>false</filterActive>", "   <filterCutoff>1</filterCutoff>",
        "   <filterResonance>0</filterResonance>", "   <Attack>0</Attack>", "   <Decay>0</Decay>",
        "   <Sustain>1</Sustain>", "   <Release>1000</Release>",
        "   <muteGroup>\(instrument.isHiHat ? 0 : -1)</muteGroup>",
        "   <midiOutChannel>-1</midiOutChannel>",
        "   <midiOutNote>\(instrument.articulation)</midiOutNote>",
        "   <sampleSelectionAlgo>\(isTaken ? "ROUND_ROBIN" : "VELOCITY")</sampleSelectionAlgo>",
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
    let own = namedSamples.filter { $0.instrument == index }
    let divisions = max(1, Self.mostLayers / own.count)
    return own.prefix(Self.mostLayers).flatMap { named in
      let velocities = instrument.layers[named.layer].velocities
      let count = min(divisions, velocities.count)
      return (0..<count).map { division in
        let low = velocities.lowerBound + velocities.count * division / count
        let high = velocities.lowerBound + velocities.count * (division + 1) / count - 1
        let middle = (Double(low) * Double(high)).squareRoot()
        let gain = instrument.law.gain(from: named.sample.velocity, to: middle) * 127 / middle
        let isFirst = low == 1
        let minimum = isFirst ? 0 : (Double(low) - 0.5) / 127
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
