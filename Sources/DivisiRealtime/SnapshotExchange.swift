public import Synchronization

/// Hands objects from a thread that makes them to one that may neither make nor free them.
///
/// The maker publishes; the user adopts the newest at a moment of its choice and thereby retires the one
/// before, which the maker then frees. Objects that were never adopted are freed as well. The exchange
/// frees what it still holds when neither thread uses it any more.
///
/// - Thread: what ``user`` has on the using thread, real-time safe; the rest on the making one.
public struct SnapshotExchange<Snapshot: AnyObject>: ~Copyable, @unchecked Sendable {
  @usableFromInline struct Slots: ~Copyable {
    /// Published, not yet adopted: an address, or 0.
    @usableFromInline let incoming = Atomic<Int>(0)
    @usableFromInline var current = 0
    @usableFromInline init() {}
  }

  /// The using thread's end; valid as long as the exchange.
  public let user: User
  private let slots: UnsafeMutablePointer<Slots>
  private let retired: SPSCRing<Int>

  /// An exchange that holds nothing.
  public init() {
    slots = .allocate(capacity: 1)
    slots.initialize(to: Slots())
    retired = SPSCRing(capacity: 16, filledWith: 0)
    user = User(slots: slots, retired: retired.view)
  }

  deinit {
    collect()
    release(slots.pointee.incoming.load(ordering: .acquiring))
    release(slots.pointee.current)
    slots.deinitialize(count: 1)
    slots.deallocate()
  }

  /// Offers an object to the using thread, and frees those that it has retired.
  public func publish(_ snapshot: Snapshot) {
    collect()
    let address = Int(bitPattern: Unmanaged.passRetained(snapshot).toOpaque())
    release(slots.pointee.incoming.exchange(address, ordering: .acquiringAndReleasing))
  }

  /// Frees what the using thread has retired.
  public func collect() {
    while let address = retired.view.read() { release(address) }
  }

  private func release(_ address: Int) {
    guard let pointer = UnsafeRawPointer(bitPattern: address) else { return }
    Unmanaged<Snapshot>.fromOpaque(pointer).release()
  }

  /// What the using thread has of an exchange.
  public struct User: @unchecked Sendable {
    @usableFromInline let slots: UnsafeMutablePointer<Slots>
    @usableFromInline let retired: SPSCRing<Int>.View

    fileprivate init(slots: UnsafeMutablePointer<Slots>, retired: SPSCRing<Int>.View) {
      self.slots = slots
      self.retired = retired
    }

    /// Makes the newest published object the current one, and retires the one before.
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
  }
}
