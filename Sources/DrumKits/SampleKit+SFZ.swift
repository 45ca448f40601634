internal import Glibc

extension SampleKit {
  /// The points at which a layer's gain is given; between them a player interpolates.
  private static let curvePoints = 8

  /// The kit as an SFZ instrument.
  ///
  /// One-shots by key, layer and turn. Within a layer loudness follows the drum's law; the hi-hat's strokes end
  /// each other.
  ///
  /// - Parameters:
  ///   - title: a comment on its first line.
  ///   - folder: of the samples, as the file has it, with the slash at its end.
  /// - SeeAlso: sfzformat.com; `amp_velcurve_N` is SFZ 1, `off_by` too.
  public func sfz(title: String, folder: String) -> String {
    var lines = ["// \(title)", "<control>", "default_path=\(folder)", "<global>"]
    lines.append("loop_mode=one_shot")
    var group: (instrument: Int, layer: Int)?
    for named in namedSamples {
      let instrument = instruments[named.instrument]
      let layer = instrument.layers[named.layer]
      if group?.instrument != named.instrument {
        lines.append("<master>")
        lines.append("key=\(instrument.articulation)")
        if instrument.isHiHat { lines.append("group=1 off_by=1") }
      }
      if group ?? (-1, -1) != (named.instrument, named.layer) {
        lines.append("<group>")
        lines.append("lovel=\(layer.velocities.lowerBound) hivel=\(layer.velocities.upperBound)")
        if layer.samples.count > 1 { lines.append("seq_length=\(layer.samples.count)") }
      }
      group = (named.instrument, named.layer)
      let turn = layer.samples.count > 1 ? " seq_position=\(named.turn + 1)" : ""
      lines.append("<region> sample=\(named.name).wav\(turn)")
      lines.append(Self.loudness(of: named.sample, in: layer, law: instrument.law))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A sample's gain at the loudest velocity of its layer, and the way there.
  private static func loudness(of sample: Sample, in layer: Layer, law: LevelLaw) -> String {
    let velocities = layer.velocities
    func gain(_ velocity: Int) -> Double { law.gain(from: sample.velocity, to: Double(velocity)) }
    let loudest = gain(velocities.upperBound)
    let step = max(1, (velocities.count - 2 + curvePoints) / curvePoints)
    var points = Array(stride(from: velocities.lowerBound, to: velocities.upperBound, by: step))
    points.append(velocities.upperBound)
    let curve = points.map { "amp_velcurve_\($0)=\(decimal(gain($0) / loudest, digits: 5))" }
    return "volume=\(decimal(20 * log10(loudest), digits: 3)) \(curve.joined(separator: " "))"
  }
}

/// A number with some digits behind the point, whatever the locale.
func decimal(_ value: Double, digits: Int) -> String {
  let scale = pow(10, Double(digits))
  let scaled = Int((abs(value) * scale).rounded())
  let fraction = digits > 0 ? "." + String(Int(scale) + scaled % Int(scale)).dropFirst() : ""
  return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / Int(scale))" + fraction
}
