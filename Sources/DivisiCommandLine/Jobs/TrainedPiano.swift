import AudioFiles
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Terminal

/// A note bank trained from a recording of notes and their score.
enum TrainedPiano {
  /// Trains a bank.
  ///
  /// - Parameter settings: those of the `hands` preset, with any model.
  /// - Returns: the bytes of the bank's file, and what to say of it.
  static func train(
    piano path: String, score scorePath: String, settings: SeparationSettings, origin: String
  ) throws -> ([UInt8], String) {
    let score = try Score.read(path: scorePath)
    let separator = Separator(settings: settings, material: .pitched, parallel: threads(2))
    let parts = [Part(name: "piano", notes: score.notes)]
    let recording = try TrainingRecording.read(path) { sampleCount, channelCount in
      separator.memoryEstimate(
        sampleCount: sampleCount, sampleRate: 44_100, channelCount: channelCount, parts: parts,
        keepsFactors: false)
    }
    var factorisation: Factorisation?
    let separation: Separation
    do {
      separation = try separator.separate(
        channels: recording.channels, sampleRate: 44_100, parts: parts, hasPedal: score.hasPedal,
        withResidual: false, observer: FitObserver(fitted: { factorisation = $0 }))
    } catch .noNoteInRecording {
      throw Failure("\(scorePath): expected notes within \(path); found none")
    }
    guard let factorisation else { throw Failure("\(path): expected notes; it is silent") }
    let bank = NoteBank(
      factorisation, tuningCents: separation.tuningCents ?? 0, origin: origin)
    return (bank.encoded(), "\(bank.templates.count) pitches")
  }
}
