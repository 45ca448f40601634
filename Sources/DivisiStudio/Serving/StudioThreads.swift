import NIOCore
import NIOPosix

/// Threads that make answers: what takes long keeps nobody from what does not.
struct StudioThreads: Sendable {
  enum Kind: Sendable {
    /// What is read or written within moments.
    case quick
    /// What waits for a rendering, or looks through a recording once.
    case waiting
    /// What makes files of a whole recording.
    case making
  }

  private let quick = NIOThreadPool(numberOfThreads: 4)
  private let waiting = NIOThreadPool(numberOfThreads: 2)
  private let making = NIOThreadPool(numberOfThreads: 2)
  private var all: [NIOThreadPool] { [quick, waiting, making] }

  init() { for pool in all { pool.start() } }

  subscript(kind: Kind) -> NIOThreadPool {
    switch kind {
    case .quick: quick
    case .waiting: waiting
    case .making: making
    }
  }

  func stop() { for pool in all { try? pool.syncShutdownGracefully() } }
}
