extension Measurement {
  // MARK: Ensembles

  /// Instruments of real players, and of rendered music; `hands` has one template for each pitch of all of them.
  static let ensembles: [Measurement] =
    sets.map { name, set in
      separating(
        set, "-p parts --oracle", as: "ensembles.\(name)", keeping: [.sdr, .sir, .sar, .oracle])
    }
    + sets.map { name, set in separating(set, "-p players", as: "ensembles.\(name)-players") }
    + sets.map { name, set in
      separating(
        set, "-p parts --instruments one", as: "ensembles.\(name)-one-instrument")
    }
    + sets.map { name, set in
      separating(set, "-p parts --stream --lookahead 1", as: "ensembles.\(name)-stream-1")
    }
    + sets.map { name, set in
      separating(set, "-p parts --stream --lookahead 0", as: "ensembles.\(name)-live")
    }
    + [("duos", "p2"), ("quartets", "p4")].map { name, items in
      Measurement(
        id: "ensembles.\(name)-aligned",
        steps: [
          .prepare(.choralesToSeparate),
          .score(
            separation(
              of: "\(Places.work)/\(items)-*/mix.flac", "-p parts", score: "bent.csv")),
        ], reductions: [.sdr])
    }

  private static let sets = [
    ("duos", RecordingSet.duos), ("quartets", .quartets), ("duets", .duets),
    ("concertos", .concertos),
  ]
}

extension RecordingSet {
  /// Two players of four who recorded chorales one by one; six chorales.
  static let duos = RecordingSet(pattern: "\(Places.data)/acoustic/bach10/p2-*/mix.flac")
  /// All four of them; six chorales.
  static let quartets = RecordingSet(pattern: "\(Places.data)/acoustic/bach10/p4-*/mix.flac")
  /// The hands of piano pieces on two rendered instruments; six.
  static let duets = RecordingSet(
    pattern:
      "\(Places.data)/ensembles/flute-*/mix.flac \(Places.data)/ensembles/violin-*/mix.flac")
  /// A rendered piano and a rendered accompaniment of another piece; six.
  static let concertos = RecordingSet(pattern: "\(Places.data)/ensembles/concerto-*/mix.flac")
}
