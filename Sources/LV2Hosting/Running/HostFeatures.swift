/// What a host offers a plugin.
public struct HostFeatures: Sendable {
  /// Numbers for URIs, and back.
  public var hasURIDMap = true, hasURIDUnmap = true
  /// How long blocks may be, in samples: the options, `bufsz:boundedBlockLength` and
  /// `coarseBlockLength`; nil offers none of them.
  public var blockLengths: ClosedRange<Int>? = 0...8192
  /// How long blocks are as a rule, in samples.
  public var nominalBlockLength = 1024
  /// How scheduled work is done.
  public var worker = WorkerMode.asynchronous
  /// How long the end of an instance waits for work in hand, in milliseconds; work that takes longer
  /// keeps the instance in memory for good.
  public var workerTimeout = 10_000
  /// Where the plugin's messages go; nil offers no log.
  public var log: HostLog?
  /// The folder where plugins may make files (`state:makePath`); nil offers none.
  public var scratchFolder: String?
  /// URIs of features without data, besides `state:loadDefaultState`, `threadSafeRestore` and
  /// `pprops:supportsStrictBounds`.
  public var others: Set<String> = []

  /// Everything but log and files, with work done in a thread of its own.
  public init() {}
}
