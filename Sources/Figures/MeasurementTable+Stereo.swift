extension Measurement {
  /// What it is worth that parts of a stereo recording lie in different places.
  static let stereo: [Measurement] = [false, true].flatMap { hasRoom in
    let place = hasRoom ? "room" : "dry"
    let hands = Preparation.panned(
      "piano-hands", angles: ["left": -10, "right": 10], hasRoom: hasRoom)
    let drums = Preparation.panned(
      "drums", prefix: "d", angles: ["KD": 0, "SD": -6, "HH": 20], hasRoom: hasRoom)
    return [
      panned(hands, "-p hands", as: "stereo.hands-\(place)"),
      panned(hands, "-p hands --spatial off", as: "stereo.hands-\(place)-off"),
      panned(hands, "-p hands --stream", as: "stereo.hands-\(place)-stream"),
      panned(hands, "-p hands --stream --spatial off", as: "stereo.hands-\(place)-stream-off"),
      panned(drums, "-p drums", as: "stereo.drums-\(place)"),
      panned(drums, "-p drums --spatial off", as: "stereo.drums-\(place)-off"),
    ]
  }

  private static func panned(
    _ preparation: Preparation, _ options: String, as id: String
  ) -> Measurement {
    Measurement(
      id: id,
      steps: [
        .prepare(preparation),
        .score(separation(of: "\(Places.work)/*/mix.wav", options)),
      ], reductions: [.sdr])
  }
}
