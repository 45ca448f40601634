// Thread: worker

import DivisiEngine
import DivisiScore
import Synchronization

/// Scores on their way to the streams, and to the output that says where the sound is against them.
extension WorkerSide {
  /// A host may set the score slot when the plugin is active already; a score that is missing longer than this, in seconds
  /// of sound, is one that nobody has chosen.
  private static let scorelessSeconds = 1.0

  /// Says so where notes are to come from a score, and there is none.
  func noteScoreless() {
    let count = channels.flags.pointee.scorelessCount.load(ordering: .relaxed)
    guard Double(count) > Self.scorelessSeconds * sampleRate else { return }
    let isNews = content.withLock { content in
      defer { content.saysScoreless = false }
      return content.saysScoreless && content.playing.parts.isEmpty
    }
    if isNews {
      reportNote("no score: choose one, or set Score slot to its number or Score source to None")
    }
  }

  /// Gives the score to all streams.
  ///
  /// - Parameter learnsAnew: whether they forget what they have learnt.
  func publishScore(learnsAnew: Bool = false) {
    let (streams, notes) = content.withLock { ($0.streams, $0.playing) }
    publishExtent(of: notes)
    tellScore(isAsked: false)
    for (_, stream) in streams {
      publish(notes, to: stream, learnsAnew: learnsAnew)
    }
  }

  func publish(_ notes: LoadedScore, to stream: Stream, learnsAnew: Bool = false) {
    withExtendedLifetime(stream) {
      stream.worker.setScore(
        parts: notes.parts.isEmpty
          ? layout.partNames.map { Part(name: $0, notes: []) } : notes.parts,
        hasPedal: notes.hasPedal, learnsAnew: learnsAnew)
    }
  }

  func publishExtent(of notes: LoadedScore) {
    var (start, end) = (Double.infinity, -Double.infinity)
    for part in notes.parts {
      for note in part.notes {
        start = min(start, note.onsetSeconds)
        end = max(end, note.dampedSeconds)
      }
    }
    channels.flags.pointee.scoreStartBits.store(start.bitPattern, ordering: .relaxed)
    channels.flags.pointee.scoreEndBits.store(end.bitPattern, ordering: .relaxed)
  }
}
