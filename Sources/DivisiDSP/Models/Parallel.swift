/// Runs `count` independent pieces of work, in any order and on any threads, and returns when all
/// are done.
///
/// The numerics know no threads; whoever calls them decides. Results never depend on the choice.
public typealias Parallel =
  @Sendable (_ count: Int, _ body: @Sendable (_ index: Int) -> Void) -> Void

/// One piece after another, on the calling thread.
public let sequentially: Parallel = { count, body in
  for index in 0..<count { body(index) }
}
