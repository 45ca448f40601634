internal import CCPU

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

/// The same threads, on which numbers too small for full precision count as zero.
///
/// Activations that die away would reach them, and arithmetic with them takes many times as long on
/// some processors. Each piece of work leaves its thread as it was.
public func flushingDenormals(_ parallel: @escaping Parallel) -> Parallel {
  { count, body in
    parallel(count) { index in
      let before = divisi_flush_denormals()
      defer { divisi_restore_denormals(before) }
      body(index)
    }
  }
}
