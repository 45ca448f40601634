// Thread: worker

import DivisiDSP

/// Instruments that play the same pitch at the same time.
enum Unison {
  /// Lets the activations of instruments in unison start from their mean.
  ///
  /// In a stream one of them has often been learnt when the other one enters. Its template explains the sound of
  /// both well enough for the few iterations of a window to leave the newcomer where it starts, which is near
  /// silence; from equal starts, as a whole recording has them, both sound.
  ///
  /// - Parameters:
  ///   - sounds: in the order of their components.
  ///   - kinds: components of each.
  static func evenOut(_ model: ConvolutiveNMF, sounds: [Sound], kinds: Int) {
    let places = Dictionary(grouping: sounds.indices, by: { sounds[$0].pitch })
    for (_, instruments) in places where instruments.count > 1 {
      for kind in 0..<kinds {
        let components = instruments.map { $0 * kinds + kind }
        var sums = [Float](repeating: 0, count: model.pattern.frameCount)
        var counts = [Float](repeating: 0, count: model.pattern.frameCount)
        for component in components {
          for entry in model.pattern.entries(ofComponent: component) {
            sums[Int(model.pattern.frames[entry])] += model.H[entry]
            counts[Int(model.pattern.frames[entry])] += 1
          }
        }
        for component in components {
          for entry in model.pattern.entries(ofComponent: component) {
            let frame = Int(model.pattern.frames[entry])
            if counts[frame] > 1 { model.H[entry] = sums[frame] / counts[frame] }
          }
        }
      }
    }
  }
}
