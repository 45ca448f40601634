public import Synchronization

/// Hands objects from a thread that makes them to one that may neither make nor free them.
///
/// The maker publishes; the user adopts the newest at a moment of its choice and thereby gives back
/// the one before, which the maker then frees. Objects that were never adopted are freed as well.
/// Copies of the struct are the same exchange.
///
/// - Thread: ``adopt()`` and ``current`` on the using thread, real-time safe; the rest on the making
///   one.
public struct SnapshotExchange<Snapshot: AnyObject>: @unchecked Sendable {
  @usableFromInline struct Slots: ~Copyable {
    /// Published, not yet adopted: an address, or 0.
    @usableFromInline let incoming = Atomic<Int>(0)
    @usableFromInline var current = 0
    @usableFromInline init() {}
  }

  @usableFromInline let slots: UnsafeMutablePointer<Slots>
  @usableFromInline let retired: SPSCRing<Int>

  /// An exchange that holds nothing.
  public init() {
    slots = .allocate(capacity: 1)
    slots.initialize(to: Slots())
    retired = SPSCRing(capacity: 16, filledWith: 0)
  }

  /// Frees what is still held; neither thread may use the exchange any more.
  public func deallocate() {
    collect()
    release(slots.pointee.incoming.load(ordering: .acquiring))
    release(slots.pointee.current)
    slots.deinitialize(count: 1)
    slots.deallocate()
    retired.deallocate()
  }

  /// Offers an object to the using thread, and frees those that it has given back.
  public func publish(_ snapshot: Snapshot) {
    collect()
    let address = Int(bitPattern: Unmanaged.passRetained(snapshot).toOpaque())
    release(slots.pointee.incoming.exchange(address, ordering: .acquiringAndReleasing))
  }

  /// Frees what the using thread has given back.
  public func collect() {
    while let address = retired.read() { release(address) }
  }

  /// Makes the newest published object the current one.
  ///
  /// - Returns: whether the current object has changed.
  @inlinable
  public func adopt() -> Bool {
    guard slots.pointee.incoming.load(ordering: .relaxed) != 0 else { return false }
    let address = slots.pointee.incoming.exchange(0, ordering: .acquiringAndReleasing)
    guard address != 0 else { return false }
    // At most one is waiting besides what `publish` has just freed: never full.
    if slots.pointee.current != 0 { _ = retired.write(slots.pointee.current) }
    slots.pointee.current = address
    return true
  }

  /// The address of the object adopted last, for `Unmanaged`; nil before the first.
  @inlinable
  public var current: UnsafeRawPointer? {
    get { UnsafeRawPointer(bitPattern: slots.pointee.current) }
  }

  private func release(_ address: Int) {
    guard let pointer = UnsafeRawPointer(bitPattern: address) else { return }
    Unmanaged<Snapshot>.fromOpaque(pointer).release()
  }
}
