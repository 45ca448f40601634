// Thread: setup

/// A port of a client's own and one of another client's.
package struct Link: Hashable {
  /// The plugin's port index, or `JackClient.controlIndex`.
  package let port: Int
  /// The other client's port, by its full name.
  package let other: String
}

/// What is connected and what should be, across the ends of servers.
///
/// A server that ends takes ports away before it says so. So connections are kept in mind for a while
/// after they have gone.
package struct Connections {
  private var present: Set<Link> = []
  private var gone: [(link: Link, time: ContinuousClock.Instant)] = []
  /// Connections that were there with an earlier server, whose other end has not come back.
  private(set) var wanted: Set<Link>

  /// How long before a server's end its ports may go.
  private static let leave = Duration.seconds(3)

  package init(wanted: Set<Link> = []) { self.wanted = wanted }

  /// Takes in what is connected now.
  package mutating func update(_ now: Set<Link>, at time: ContinuousClock.Instant = .now) {
    gone.removeAll { $0.time.duration(to: time) > Self.leave || now.contains($0.link) }
    gone += present.subtracting(now).map { ($0, time) }
    present = now
    wanted.subtract(now)
  }

  /// What was connected or wanted when the server ended.
  package func remembered(at time: ContinuousClock.Instant = .now) -> Set<Link> {
    let recent = gone.filter { $0.time.duration(to: time) <= Self.leave }.map(\.link)
    return present.union(recent).union(wanted)
  }
}
