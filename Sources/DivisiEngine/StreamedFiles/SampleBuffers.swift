// Thread: any

/// Some buffers of equal length, for functions that take pointers to pointers.
final class SampleBuffers {
  let writing: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  let reading: UnsafeMutablePointer<UnsafePointer<Float>>
  private let count: Int
  private let length: Int

  init(count: Int, length: Int) {
    self.count = count
    self.length = length
    writing = .allocate(capacity: count)
    reading = .allocate(capacity: count)
    for index in 0..<count {
      let samples = UnsafeMutablePointer<Float>.allocate(capacity: length)
      samples.initialize(repeating: 0, count: length)
      (writing + index).initialize(to: samples)
      (reading + index).initialize(to: UnsafePointer(samples))
    }
  }

  deinit {
    for index in 0..<count { writing[index].deallocate() }
    writing.deallocate()
    reading.deallocate()
  }

  subscript(index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: writing[index], count: length)
  }
}
