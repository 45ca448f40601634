// Thread: setup

/// Some rings of samples of equal length, zero at first.
struct SampleRings: ~Copyable {
  /// The rings; valid as long as this.
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let count: Int

  init(count: Int, length: Int) {
    self.count = count
    pointers = .allocate(capacity: count)
    for index in 0..<count {
      let ring = UnsafeMutablePointer<Float>.allocate(capacity: length)
      ring.initialize(repeating: 0, count: length)
      (pointers + index).initialize(to: ring)
    }
  }

  deinit {
    for index in 0..<count { pointers[index].deallocate() }
    pointers.deallocate()
  }
}
