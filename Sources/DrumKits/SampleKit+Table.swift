extension SampleKit {
  /// The first line of ``table(folder:)``.
  public static let tableHeader = "file;drum;key;lowest;highest;turn;velocity"

  /// What each sample is: its file, drum and key, the velocities that it is for, whose turn it is from 1 on, and the
  /// velocity that it was struck at, as measured.
  ///
  /// - Parameter folder: of the samples, as the table has it, with the slash at its end.
  public func table(folder: String) -> String {
    let rows = namedSamples.map { named in
      let instrument = instruments[named.instrument]
      let velocities = instrument.layers[named.layer].velocities
      return
        "\(folder)\(named.name).wav;\(instrument.name);\(instrument.articulation);\(velocities.lowerBound);"
        + "\(velocities.upperBound);\(named.turn + 1);\(decimal(named.sample.velocity, digits: 1))"
    }
    return ([Self.tableHeader] + rows).joined(separator: "\n") + "\n"
  }
}
