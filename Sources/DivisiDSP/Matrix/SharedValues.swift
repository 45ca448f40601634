/// Values that several threads fill, each at places of its own; freed with their owner.
struct SharedValues<Value: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  let count: Int
  private let base: UnsafeMutablePointer<Value>

  init(repeating value: Value, count: Int) {
    self.count = count
    base = .allocate(capacity: count)
    base.initialize(repeating: value, count: count)
  }

  deinit { base.deallocate() }

  /// The value at an index and those behind it; distinct ones may be written at once. Valid as long as
  /// the owner.
  func values(from index: Int) -> UnsafeMutablePointer<Value> {
    assert(index >= 0 && index <= count, "value \(index) of \(count)")
    return base + index
  }

  subscript(index: Int) -> Value {
    get { values(from: index).pointee }
    nonmutating _modify { yield &values(from: index).pointee }
  }
}
