import NIOPosix
import Synchronization
import Terminal

/// Separations, one after the other.
final class JobQueue: Sendable {
  /// How far the separation of a project is.
  struct State: Encodable, Sendable {
    enum Phase: String, Encodable {
      case waiting, placing, separating, failed
    }

    var phase: Phase
    /// From 0 to 1, while it separates.
    var fraction = 0.0
    /// In seconds, as far as anybody can tell.
    var remaining: Double?
    /// Why it failed, in lines.
    var problem: [String] = []
  }

  private struct Entry {
    var state: State
    var isCancelled = false
    /// Which of a project's jobs it is.
    let ticket: Int
  }

  private struct Table {
    var entries: [String: Entry] = [:]
    var lastTicket = 0
    var isOver = false
  }

  private let table = Mutex(Table())
  private let pool = NIOThreadPool(numberOfThreads: 1)

  init() { pool.start() }

  /// The state of the job of a project, by its ``Project/key``; nil where there is none.
  func state(of id: String) -> State? { table.withLock { $0.entries[id]?.state } }

  /// Whether something is to be done for a project, or is being done.
  func isBusy(_ id: String) -> Bool {
    table.withLock { table in table.entries[id].map { $0.state.phase != .failed } ?? false }
  }

  /// Whether anything is to be done, or is being done.
  var isBusy: Bool {
    table.withLock { table in table.entries.values.contains { $0.state.phase != .failed } }
  }

  /// What is to be done for a project: asks whether it is cancelled, says how far it is, and returns why it failed, in lines.
  typealias Work =
    @Sendable (_ isCancelled: () -> Bool, _ progress: (Double) -> Void) throws -> [String]

  /// Separates when the others before are done.
  ///
  /// - Throws: if the project waits already.
  func add(_ id: String, _ work: @escaping Work) throws {
    let ticket: Int = try table.withLock { table in
      guard !table.isOver, table.entries[id].map({ $0.state.phase == .failed }) ?? true else {
        throw Failure("it is being separated already")
      }
      table.lastTicket += 1
      table.entries[id] = Entry(state: State(phase: .waiting), ticket: table.lastTicket)
      return table.lastTicket
    }
    pool.submit { state in
      guard state == .active, !self.isCancelled(id, ticket) else { return self.end(id, ticket) }
      self.run(work, id, ticket)
    }
  }

  /// Ends a job, and forgets one that has failed.
  func cancel(_ id: String) {
    table.withLock { table in
      switch table.entries[id]?.state.phase {
      case .failed, .waiting: table.entries[id] = nil
      case .placing, .separating: table.entries[id]?.isCancelled = true
      case nil: break
      }
    }
  }

  /// Ends a job of a project that is there no more: another one has its name.
  func forget(_ id: String) { table.withLock { $0.entries[id] = nil } }

  /// Ends all jobs, and waits until they have.
  func stop() {
    table.withLock { table in
      table.isOver = true
      for id in table.entries.keys { table.entries[id]?.isCancelled = true }
    }
    try? pool.syncShutdownGracefully()
  }

  private func isCancelled(_ id: String, _ ticket: Int) -> Bool {
    table.withLock { table in
      guard let entry = table.entries[id], entry.ticket == ticket else { return true }
      return entry.isCancelled
    }
  }

  private func end(_ id: String, _ ticket: Int, problem: [String] = []) {
    table.withLock { table in
      guard table.entries[id]?.ticket == ticket else { return }
      table.entries[id]?.state = State(phase: .failed, problem: problem)
      if problem.isEmpty { table.entries[id] = nil }
    }
  }

  private func change(_ id: String, _ ticket: Int, _ state: State) {
    table.withLock { table in
      guard table.entries[id]?.ticket == ticket else { return }
      table.entries[id]?.state = state
    }
  }

  private func run(_ work: Work, _ id: String, _ ticket: Int) {
    change(id, ticket, State(phase: .placing))
    let clock = ContinuousClock()
    var start: ContinuousClock.Instant?
    do {
      let problem = try work({ self.isCancelled(id, ticket) }) { fraction in
        let begun = start ?? clock.now
        start = begun
        let passed = (clock.now - begun) / .seconds(1)
        // What has been said of the first percents says little.
        let remaining = fraction > 0.04 ? passed / fraction * (1 - fraction) : nil
        self.change(
          id, ticket, State(phase: .separating, fraction: fraction, remaining: remaining))
      }
      end(id, ticket, problem: problem)
    } catch {
      end(id, ticket, problem: [Failure(of: error).description])
    }
  }
}
