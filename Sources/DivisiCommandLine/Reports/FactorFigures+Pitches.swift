import DivisiEngine
import Glibc
import Plotting

extension FactorFigures {
  /// Of notes that something else is drawn over.
  private static let faint = Colour(hex: 0xDDDDDD)

  /// How the pitch of each note moves, over the notes of the score.
  var pitches: Figure {
    let rows = FactorRows(factors)
    let curves = factors.tracks.map { track in
      Curve(
        "",
        points: track.frames(of: factors.grid).map { frame in
          let hertz = track.hertz[frame - track.firstFrame]
          return (Double(frame) / factors.grid.frameRate, 69 + 12 * log2(hertz / 440))
        }, colour: .series(track.part))
    }
    return Figure(
      title,
      panels: [
        notePanel(
          "Pitches", rows, height: 2 * rows.height, colour: Self.faint, over: [.curves(curves)])
      ])
  }
}
