// Thread: setup

import JackHosting
import LV2Hosting
import Terminal

/// What messages mean.
extension OSCSurface {
  /// Does what a message says.
  ///
  /// - Returns: what is answered.
  /// - Throws: what is wrong with it, in one line.
  func perform(_ message: OSCMessage, from source: UDPAddress, _ session: Session) throws
    -> [OSCMessage]
  {
    guard message.path.hasPrefix(OSCControls.root) else {
      throw Failure("\(message.path): expected a path that begins with \(OSCControls.root)")
    }
    let name = String(message.path.dropFirst(OSCControls.root.count))
    let found = controls.matching(name)
    if !found.isEmpty {
      return try turn(found, message.values[...], isOne: !OSCPattern.isOne(name), source, session)
    }
    switch name {
    case "control", "set", "get":
      guard case .text(let symbol)? = message.values.first, let control = controls[symbol] else {
        throw Failure("\(message.path): expected the symbol of a control")
      }
      let values = name == "get" ? [] : message.values.dropFirst()
      return try turn([control], values, isOne: true, source, session)
    case "meters":
      return isRelease(message) ? [] : meters(session)
    case "ack":
      let number = message.values.first?.number.flatMap { Int(exactly: $0) } ?? 0
      // Two of this program do not keep each other busy: a wrong number is not answered.
      if !senders.isFree, !senders.learn(source, number), number == 0 { challenge(source) }
      return []
    case "subscribe":
      guard senders.isFree else {
        challenge(source)
        return []
      }
      try subscribe(message, from: source)
      return []
    case "unsubscribe":
      for listener in listeners where listener.source == source { dismiss(listener) }
      listeners.removeAll { $0.source == source }
      return []
    default: return try obey(name, message, source, session)
    }
  }

  /// Sets controls, or says what they are set to if there is no value.
  private func turn(
    _ found: [OSCControls.Control], _ values: ArraySlice<OSCValue>, isOne: Bool,
    _ source: UDPAddress, _ session: Session
  ) throws -> [OSCMessage] {
    guard let value = values.first else {
      return found.map { $0.message(session.hosted.instance[$0.symbol]) }
    }
    for control in found where control.isInput || isOne {
      try session.set(control: control.symbol, to: text(value, for: control))
      let isSet = session.hosted.instance[control.symbol]
      for index in listeners.indices where listeners[index].source == source {
        listeners[index].learn(control.symbol, isSet, controls: controls)
      }
    }
    return []
  }

  /// A value as the prompt would take it.
  private func text(_ value: OSCValue, for control: OSCControls.Control) throws -> String {
    if case .text(let text) = value { return text }
    guard let number = value.number else {
      throw Failure("\(control.symbol): expected a number")
    }
    // Buttons send what they like for on.
    return control.isToggled && !number.isNaN ? number > 0 ? "1" : "0" : "\(number)"
  }

  /// Everything that is measured.
  private func meters(_ session: Session) -> [OSCMessage] {
    controls.all.filter { !$0.isInput }.map { $0.message(session.hosted.instance[$0.symbol]) }
      + [OSCMessage(OSCControls.root + "xruns", .integer(session.xrunCount))]
  }

  /// `subscribe [port [seconds]]`: for those who listen elsewhere than they send from.
  private func subscribe(_ message: OSCMessage, from source: UDPAddress) throws {
    let numbers = message.values.map(\.number)
    let port = numbers.first.map { $0 ?? .nan } ?? 0
    let seconds = numbers.dropFirst().first.map { $0 ?? .nan }
    // A button's values are no ports.
    guard port == 0 || port == 1 || (1024...65535).contains(port) else {
      throw Failure("\(message.path): expected a port from 1024 to 65535")
    }
    guard seconds.map({ (0...86_400).contains($0) }) ?? true else {
      throw Failure("\(message.path): expected 0 to 86400 seconds")
    }
    let target = port > 1 ? source.with(port: Int(port)) : source
    listeners.removeAll { $0.source == source || $0.target == target }
    guard listeners.count < Self.mostListeners else {
      throw Failure("\(message.path): expected no more than \(Self.mostListeners) subscribers")
    }
    let timeout = seconds.map { Duration.seconds($0) } ?? Self.usualTimeout
    listeners.append(
      OSCListener(
        source: source, target: target,
        timeout: source.isLoopback ? timeout : min(timeout, Self.usualTimeout), controls: controls))
  }

  /// Does one of the prompt's commands.
  private func obey(
    _ name: String, _ message: OSCMessage, _ source: UDPAddress, _ session: Session
  ) throws -> [OSCMessage] {
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    guard let command = parts.first, Session.commandWords.contains(command) else {
      throw Failure("\(message.path): expected a control or a command; found neither")
    }
    // The prompt's `set` reaches properties too, such as files.
    if command == "set" {
      guard parts.count == 2, let control = controls[parts[1]] else {
        throw Failure("\(message.path): expected the symbol of a control")
      }
      return try turn([control], message.values[...], isOne: true, source, session)
    }
    // A button sends 1 when it is pressed, and 0 when it is released.
    if isRelease(message) { return [] }
    let words = message.values.compactMap { value in
      if case .text(let text) = value { text } else { nil }
    }
    let rest = (parts.dropFirst() + words).joined(separator: " ")
    func messages(_ lines: [String]) -> [OSCMessage] {
      lines.map { line in
        let answer = ["\(command) ", "saved ", "loaded "].first { line.hasPrefix($0) }
        return OSCMessage(
          OSCControls.root + command, .text(String(line.dropFirst(answer?.count ?? 0))))
      }
    }
    let room = senders.room
    let lines = try session.perform(command + " " + rest) { [weak self] result in
      guard let self else { return }
      senders.resume(room)
      switch result {
      case .success(let lines): send(messages(lines), to: source)
      case .failure(let failure): send([Self.error("\(failure)")], to: source)
      }
    }
    return messages(lines)
  }

  private func isRelease(_ message: OSCMessage) -> Bool {
    message.values.count == 1 && message.values[0].number == 0
  }
}
