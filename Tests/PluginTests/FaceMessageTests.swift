import DivisiControls
import LV2Hosting
import Testing

/// What the plugin tells its own window, and that it tells nothing to nobody.
@Suite struct FaceMessageTests {
  /// What came at the event port, by property.
  private struct News {
    var notes: [FaceMessage.Note] = []
    var beats: [FaceMessage.Beat] = []
    var heard: [FaceMessage.Heard] = []
    var places: [FaceMessage.Place] = []
    var count: Int { notes.count + beats.count + heard.count + places.count }

    /// A `patch:Set` of bytes: a word and a value behind heads of 8 and 16 bytes.
    mutating func take(_ message: AtomMessage, _ urids: URIDMap) {
      let body = message.body
      guard message.type == urids.map("http://lv2plug.in/ns/ext/atom#Object"), body.count >= 48
      else { return }
      func word(_ offset: Int) -> UInt32 {
        body.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
      }
      guard word(44) == urids.map("http://lv2plug.in/ns/ext/atom#Chunk") else { return }
      let value = Array(body[48..<48 + Int(word(40))])
      func elements<Element: BitwiseCopyable>(_ start: Int) -> [Element] {
        value.withUnsafeBytes { bytes in
          (0..<(value.count - start) / MemoryLayout<Element>.stride).map {
            bytes.loadUnaligned(
              fromByteOffset: start + $0 * MemoryLayout<Element>.stride, as: Element.self)
          }
        }
      }
      let head = MemoryLayout<FaceMessage.Head>.size
      switch word(24) {
      case urids.map(FaceMessage.notes): notes += elements(head)
      case urids.map(FaceMessage.beats): beats += elements(head)
      case urids.map(FaceMessage.heard): heard += elements(8)
      case urids.map(FaceMessage.place): places += elements(0)
      default: break
      }
    }
  }

  /// Renders, and asks for a property at some of the samples.
  private static func render(
    _ uri: String, score: String, asking property: String?, at positions: Set<Int>,
    signal: [[Float]] = Duet.signal(), turns: Int = 1
  ) throws -> (output: [[Float]], news: News) {
    let world = try Bundle.world()
    let render = Render(
      plugin: uri, controls: Render.fast.merging(["sync": 1]) { $1 }, score: score)
    let instance = try render.instance(in: world)
    instance.activate()
    let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
    let notify = try #require(instance.plugin.ports(.atom, isInput: false).first)
    let events = try #require(instance.events(control.index))
    let answers = try #require(instance.events(notify.index))
    var news = News()
    var output: [[Float]] = []
    for turn in 0..<turns {
      let part = render(instance, signal, blocks: [512]) { _, position in
        for answer in answers.messages { news.take(answer.message, world.urids) }
        if let property, positions.contains(turn * signal[0].count + position) {
          events.append(at: 0, .get(property, world.urids))
        }
      }
      output = turn == 0 ? part : zip(output, part).map { $0 + $1 }
    }
    for answer in answers.messages { news.take(answer.message, world.urids) }
    return (output, news)
  }

  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums", "urn:divisi:parts"])
  func theWindowIsToldOfTheScoreAndOfWhatIsHeard(uri: String) throws {
    let score = uri.contains("drums") ? Duet.strokes : Duet.score
    let news = try Self.render(uri, score: score, asking: FaceMessage.notes, at: [0], turns: 2).news
    let lines = score.split(separator: "\n").dropFirst()
    #expect(news.notes.count == lines.count)
    #expect(news.notes.map(\.onset) == news.notes.map(\.onset).sorted())
    // 3.2 s, the first of which begin without a question.
    #expect((50...65).contains(news.places.count), "\(news.places.count)")
    #expect(news.places.allSatisfy { $0.isRolling == 1 })
    let steps = zip(news.places, news.places.dropFirst()).map { $1.seconds - $0.seconds }
    #expect(steps.allSatisfy { $0 > 0.049 && $0 < 0.07 })
    #expect(zip(news.places, news.places).allSatisfy { abs($0.seconds - $1.streamSeconds) < 0.001 })
    #expect(!news.heard.isEmpty)
    let parts = Set(news.notes.map(\.part))
    #expect(news.heard.allSatisfy { parts.contains($0.part) && $0.level > 0 })
    if !uri.contains("drums") {
      let pitches = Set(news.notes.map(\.pitch))
      #expect(news.heard.allSatisfy { pitches.contains($0.pitch) })
      // The loudest of a note is heard while it sounds.
      for note in news.notes where note.end < 1.4 {
        let own = news.heard.filter { $0.part == note.part && $0.pitch == note.pitch }
        let loudest = try #require(own.max { $0.level < $1.level })
        #expect(own.count > 2 && loudest.level > 100)
      }
    }
  }

  @Test func nobodyIsToldUnasked() throws {
    let news = try Self.render("urn:divisi:hands", score: Duet.score, asking: nil, at: []).news
    #expect(news.count == 0)
  }

  /// A window that is closed asks no more.
  @Test func patienceEnds() throws {
    let silence = [[Float]](repeating: [Float](repeating: 0, count: 44_032), count: 2)
    let news = try Self.render(
      "urn:divisi:hands", score: Duet.score, asking: FaceMessage.place, at: [0], signal: silence,
      turns: 8
    ).news
    let last = try #require(news.places.last)
    #expect(
      (FaceMessage.patienceSeconds - 0.1...FaceMessage.patienceSeconds + 0.1).contains(last.seconds)
    )
    // A place is all that was asked for.
    #expect(news.notes.isEmpty)
  }

  /// Whoever looks, hears the same.
  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums"])
  func looksDoNotChangeTheSound(uri: String) throws {
    let score = uri.contains("drums") ? Duet.strokes : Duet.score
    let alone = try Self.render(uri, score: score, asking: nil, at: []).output
    let watched = try Self.render(
      uri, score: score, asking: FaceMessage.notes, at: [0, 512, 10 * 512]
    ).output
    #expect(alone == watched)
  }

  /// A thousand notes come in pieces, and all of them come.
  @Test func longScoresComeInPieces() throws {
    let lines = (0..<1000).map {
      "\(Double($0) / 10);0.1;\(40 + $0 % 40);80;\($0 % 2 == 0 ? "left" : "right")"
    }
    let score = "start;duration;pitch;velocity;label\n" + lines.joined(separator: "\n") + "\n"
    let news = try Self.render(
      "urn:divisi:hands", score: score, asking: FaceMessage.notes, at: [0]
    ).news
    #expect(news.notes.count == 1000)
    #expect(Set(news.notes.map(\.onset)).count == 1000)
  }
}
