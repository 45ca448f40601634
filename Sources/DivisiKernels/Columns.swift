// A mask of partials is many short runs of bins, and a loop over each would be mispredicted at the
// end of every one. So free bins are given as offsets of whole blocks of eight, and there is one
// loop. Four frames are taken at a time, so that a value of the template is loaded once for four
// multiplications. Sums are kept in eight lanes and added at the end of a template: another order
// than a scalar loop, hence rounding that differs from it by a few units in the last place, and
// sums that drift less.

#if arch(x86_64) || !FOR_AVX2
/// Four columns.
public typealias Columns = (
  UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
)

/// Four columns to write to, no two the same.
public typealias MutableColumns = (
  UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
  UnsafeMutablePointer<Float>
)

/// The first bins of blocks of eight, each a multiple of eight, ascending.
public typealias Blocks = UnsafeBufferPointer<Int32>
#endif
