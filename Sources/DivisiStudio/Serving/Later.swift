import Synchronization

/// A secret that is made after who asks for it.
final class Later: Sendable {
  private let value = Mutex<Secret?>(nil)

  var secret: Secret? { value.withLock { $0 } }

  func set(_ secret: Secret) { value.withLock { $0 = secret } }
}
