// Thread: setup

import JackHosting
import Glibc
import LV2Hosting
import Terminal
import WebServing

/// Faders, meters and what else there is to a session, in browsers.
///
/// The server has tasks of its own; `PageHub` lies between them and this thread.
final class MixerPage: Surface {
  private let hub: PageHub
  private let server: PageServer
  private let scores: ScoreFolder
  private let mixer: Mixer
  /// What is shown, and how the last values were that all pages know.
  private let ports: [Port]
  private var known: [Float]
  private var facts = News()
  private var silence = 0

  /// Where it is served.
  let url: String
  var descriptor: Int32? { hub.descriptor }

  /// Values are told as often as surfaces are updated; if none changes, a sign of life this often.
  private static let longestSilence = 2 * Session.rate

  /// Serves the page from now on.
  ///
  /// - Throws: if no port is free.
  init(_ session: Session, at address: PageAddress, port: WebPort) throws {
    mixer = Mixer(session)
    ports = Mixer.shown(session.hosted.plugin)
    known = [Float](repeating: .nan, count: ports.count)
    hub = try PageHub()
    scores = try ScoreFolder(in: session.folder)
    server = try PageServer(
      hub: hub, scores: scores, isOpen: !address.isLoopback, at: address, ports: port.candidates)
    url = "http://\(address.inURL):\(server.port)/"
  }

  func serve(_ session: Session) {
    for request in hub.take() {
      switch request {
      case .join(let number): hub.send(everything(session, mixer: mixer), to: number)
      case .wish(let wish, let number): obey(wish, from: number, session)
      case .score(let path, let answer):
        session.select(upload: path) { answer.succeed($0?.printable) }
      case .notice(let text): session.log(text)
      }
    }
  }

  func update(_ session: Session) {
    guard hub.hasListeners else { return }
    for number in hub.takeBehind() { hub.send(everything(session), to: number) }
    var news = News()
    let values = readValues(session)
    var changed: [String: Float?] = [:]
    for (index, value) in values.enumerated() where value != known[index] {
      if value.isFinite || known[index].isFinite { changed[ports[index].symbol] = finite(value) }
    }
    known = values
    if !changed.isEmpty { news.values = changed }
    let now = readFacts(session)
    if now.preset != facts.preset { news.preset = now.preset }
    if now.score != facts.score { news.score = now.score }
    if now.message != facts.message { news.message = now.message }
    if now.xruns != facts.xruns { news.xruns = now.xruns }
    if now.isServed != facts.isServed { news.isServed = now.isServed }
    let hasNews =
      news.values != nil || news.preset != nil || news.score != nil || news.message != nil
      || news.xruns != nil || news.isServed != nil
    facts = now
    silence = hasNews ? 0 : silence + 1
    guard hasNews || silence >= Self.longestSilence else { return }
    silence = 0
    hub.send(news)
  }

  func close() {
    hub.send(News(isOver: true))
    hub.close()
    server.stop()
  }

  // MARK: What pages wish

  private func obey(_ wish: Wish, from number: Int, _ session: Session) {
    var answer = News(done: wish.number)
    do {
      if let symbol = wish.set, let value = wish.value {
        // It turns what it was shown: no properties, which may be files.
        guard ports.contains(where: { $0.symbol == symbol && $0.isInput }) else {
          throw Failure("\(symbol): expected one of the plugin's controls")
        }
        try session.set(control: symbol, to: "\(value)")
      } else if let preset = wish.preset {
        // A page chooses among what it was shown, never a file.
        guard let chosen = mixer.presets.first(where: { $0.name == preset }) else {
          throw Failure("\(preset): expected one of the plugin's presets")
        }
        try session.select(preset: chosen.name)
      }
    } catch {
      answer.problem = "\(error)".printable
      // What the page shows by now is wrong.
      answer.preset = readFacts(session).preset
      answer.values = wish.set.flatMap { symbol in
        ports.first { $0.symbol == symbol }.map { [symbol: finite(value(of: $0, session))] }
      }
    }
    hub.send(answer, to: number)
  }

  // MARK: What they are told

  private func everything(_ session: Session, mixer: Mixer? = nil) -> News {
    var news = readFacts(session)
    news.mixer = mixer
    news.isAll = true
    let values = readValues(session)
    news.values = [:]
    for (port, value) in zip(ports, values) { news.values?[port.symbol] = finite(value) }
    return news
  }

  private func readFacts(_ session: Session) -> News {
    var news = News()
    let preset = session.preset ?? ""
    let wanted = preset.lowercased()
    news.preset =
      mixer.presets.first { $0.name.lowercased() == wanted }?.name
      ?? mixer.presets.first { $0.label.lowercased() == wanted }?.name ?? preset.printable
    news.score = fileName(session.score ?? "").printable
    news.message = session.properties.first { $0.key.hasSuffix("message") }?.value.printable
    news.xruns = session.xrunCount
    news.isServed = session.client != nil
    return news
  }

  private func readValues(_ session: Session) -> [Float] { ports.map { value(of: $0, session) } }

  private func value(of port: Port, _ session: Session) -> Float {
    let value = session.hosted.instance.control(port.index)
    // Nobody sees less than a tenth of what moves all the time.
    return port.isInput || port.minimum >= 0 && port.maximum <= 1
      ? value : (value * 10).rounded() / 10
  }

  private func finite(_ value: Float) -> Float? { value.isFinite ? value : nil }

  private func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
