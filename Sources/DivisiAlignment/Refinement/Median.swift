/// The median, of an even number of values the mean of the two in the middle.
///
/// - Parameter values: at least one.
func median<Value: BinaryFloatingPoint>(_ values: [Value]) -> Value {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
