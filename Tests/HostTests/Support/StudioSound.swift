import Foundation
import Testing

/// What the studio's page plays, and how much that differs from what was expected.
enum StudioSound {
  /// What the page plays from the start, without loudspeakers: its own player, for so many frames.
  ///
  /// What is told to the player while it plays, as messages after so many frames, is in `later`. The samples come back as a
  /// file's bytes would: 32-bit floating point, in base64.
  static func heard(
    _ frames: Int, _ browser: Browser, setUp: String = "",
    later: [(frame: Int, message: String)] = [],
    speed: Int = 100
  ) throws -> [Float] {
    let requests = later.map { "[\($0.frame), \($0.message)]" }.joined(separator: ", ")
    let text = try browser.text(
      """
      (async () => {
        const { Player } = await import('/player.js');
        const shown = studio.player;
        const player = new Player(shown.id, shown.take);
        player.gains = [...shown.gains];
        player.speed = \(speed) / 100;
        const offline = new OfflineAudioContext(1, \(frames), player.rate);
        await player.prepare(offline);
        \(setUp)
        while (player.wanted().some((index) => !player.known.has(index))) await new Promise((done) => setTimeout(done, 5));
        const begun = offline.suspend(0).then(async () => {
          const told = new Promise((done) => player.node.port.addEventListener('message', ({ data }) => { if (data.isPlaying) done(); }));
          player.tell({ type: 'play', frame: 0 });
          await told;
          offline.resume();
        });
        for (const [frame, message] of [\(requests)]) {
          offline.suspend((frame - 1) / player.rate).then(async () => {
            player.request(message);
            const told = new Promise((done) => player.node.port.addEventListener('message', ({ data }) => { if (data.request === player.requests) done(); }));
            await told;
            offline.resume();
          });
        }
        const result = await offline.startRendering();
        await begun;
        const bytes = new Uint8Array(result.getChannelData(0).buffer);
        let text = '';
        for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
        return btoa(text);
      })()
      """)
    let data = try #require(Data(base64Encoded: text), "\(text.prefix(200))")
    return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  /// How alike two courses are, from −1 to 1: their correlation.
  static func likeness(_ a: [Double], _ b: [Double]) -> Double {
    func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.map { $0 - mean }
    }
    func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (a, b) = (centred(a), centred(b))
    return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
  }

  /// The level of what differs, against that of what was expected, in decibels.
  static func difference(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    var (rest, whole) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      rest += Double(x - y) * Double(x - y)
      whole += Double(y) * Double(y)
    }
    return 10 * log10(max(rest, 1e-30) / max(whole, 1e-30))
  }
}
