// Thread: worker

import DivisiAlignment
import Synchronization

/// What is heard of the recording, and the thread that aligns scores with it.
///
/// - Thread: any but the audio thread, or the audio thread while the host freewheels.
final class Listening: Sendable {
  private let listener: Mutex<Listener>
  /// Held while a score is aligned, so that whoever needs the result waits for it.
  let aligning = Mutex(())
  private let thread = Mutex(Aside())
  private let isAside = Atomic<Bool>(false)
  private let isEnding = Atomic<Bool>(false)

  private struct Aside: ~Copyable {
    var thread: OwnThread?
  }

  init(sampleRate: Double) { listener = Mutex(Listener(sampleRate: sampleRate)) }

  /// Whether there is something to be aligned.
  var isDue: Bool { listener.withLock { $0.isDue } }

  /// Whether not all was kept that was heard.
  var isFull: Bool { listener.withLock { $0.isFull } }

  /// What is to be aligned; nil if nothing is due.
  func nextTask() -> ListeningTask? {
    isEnding.load(ordering: .acquiring) ? nil : listener.withLock { $0.nextTask() }
  }

  /// Has what was heard aligned with another score.
  func changeScore() { listener.withLock { $0.changeScore() } }

  /// Takes what the audio thread has sent; from several threads, one after the other.
  func take(from channels: Channels) {
    listener.withLock { listener in
      while let message = channels.sound.first {
        if message.kind == SoundMessage.samples {
          listener.hear(
            UnsafeBufferPointer(
              start: message.bytes.assumingMemoryBound(to: Float.self),
              count: message.count / MemoryLayout<Float>.size), at: message.number)
        } else {
          listener.endPass()
        }
        channels.sound.removeFirst()
      }
    }
  }

  /// Does some work on a thread of its own, unless one is at work already; here if the system has no thread.
  func doAside(_ work: @escaping @Sendable () -> Void) {
    guard !isAside.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let hasThread = thread.withLock { aside in
      aside.thread = OwnThread {
        work()
        self.isAside.store(false, ordering: .releasing)
      }
      return aside.thread != nil
    }
    if !hasThread {
      work()
      isAside.store(false, ordering: .releasing)
    }
  }

  /// Ends the work, when what is in hand is done; no more begins.
  func end() {
    isEnding.store(true, ordering: .releasing)
    thread.withLock { $0.thread = nil }
  }
}
