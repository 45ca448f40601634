// Thread: any

/// What several senders want done, in turns: whoever wants much waits for it alone.
///
/// Costs count what a task makes everybody else wait for, in units of a control that is set.
struct FairQueue<Sender: Hashable, Task> {
  private struct Entry {
    let task: Task
    let cost: Int
    let key: String?
  }

  private var entries: [Sender: [Entry]] = [:]
  /// Whose turn it is first; senders with something to do, each once.
  private var order: [Sender] = []
  /// Tasks of one sender, and senders, that may wait.
  private let capacity: Int
  private let mostSenders: Int

  init(capacity: Int, mostSenders: Int) {
    self.capacity = capacity
    self.mostSenders = mostSenders
  }

  var isEmpty: Bool { order.isEmpty }

  /// Puts a task behind all others of its sender.
  ///
  /// - Parameters:
  ///   - key: of tasks with the same one, between which the sender has wanted nothing without a key, the last is done
  ///     alone.
  /// - Returns: false if too much is waiting, and then nothing has happened.
  mutating func add(_ task: Task, from sender: Sender, cost: Int, key: String? = nil) -> Bool {
    let isNew = entries[sender] == nil
    guard !isNew || order.count < mostSenders else { return false }
    if let key, let place = place(of: key, sender) { entries[sender]?.remove(at: place) }
    guard entries[sender, default: []].count < capacity else { return false }
    entries[sender, default: []].append(Entry(task: task, cost: cost, key: key))
    if isNew { order.append(sender) }
    return true
  }

  private func place(of key: String, _ sender: Sender) -> Int? {
    guard let waiting = entries[sender],
      let index = waiting.lastIndex(where: { $0.key == nil || $0.key == key })
    else { return nil }
    return waiting[index].key == nil ? nil : index
  }

  /// Takes what is to be done before others have their turn: of each sender its share, and of all together no more
  /// than a turn's. Who was left out comes first the next time.
  mutating func takeTurn() -> [(sender: Sender, task: Task)] {
    var turn: [(sender: Sender, task: Task)] = []
    var left = Work.perTurn
    var later: [Sender] = []
    for (index, sender) in order.enumerated() {
      guard left > 0 else {
        later.insert(contentsOf: order[index...], at: 0)
        break
      }
      let waiting = entries[sender] ?? []
      var (count, cost) = (0, 0)
      // One that costs more than a share is done alone.
      while count < waiting.count, cost == 0 || cost + waiting[count].cost <= Work.perSender {
        cost += waiting[count].cost
        count += 1
      }
      turn += waiting[..<count].map { (sender, $0.task) }
      left -= cost
      entries[sender] = count < waiting.count ? Array(waiting[count...]) : nil
      if count < waiting.count { later.append(sender) }
    }
    order = later
    return turn
  }

  /// Forgets all that a sender has wanted.
  mutating func remove(_ sender: Sender) {
    entries[sender] = nil
    order.removeAll { $0 == sender }
  }
}

/// What things cost, in units of a control that is set.
enum Work {
  static let control = 1
  /// An answer of many lines, or many controls at once.
  static let list = 16
  /// A preset, a score, a state: up to some milliseconds, in plugins that others have made even more.
  static let state = 64
  /// What one sender may have done while others wait, and all together before the next surface has its turn.
  static let perSender = 64, perTurn = 256

  /// The cost of a command of the prompt.
  static func cost(ofCommand word: some StringProtocol) -> Int {
    switch word {
    case "preset", "score", "save", "load": state
    case "help", "controls", "presets", "monitors", "maps", "unmap": list
    default: control
    }
  }
}
