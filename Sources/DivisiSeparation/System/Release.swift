/// What all programs say of themselves.
package enum Release {
  /// As semantic versioning has it.
  package static let version = "0.1.0"
}
