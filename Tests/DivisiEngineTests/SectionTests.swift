import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiEngine

/// Recordings that are separated section by section.
struct SectionTests {
  private static let rate = 8000.0
  private static let layout = SectionLayout(
    limit: 3, length: 2, reach: 0.1, context: 0.1, fade: 0.05)

  private func sections(of channels: [[Float]], layout: SectionLayout) -> [Section] {
    var cutter = SectionCutter(
      sampleCount: channels[0].count, sampleRate: Self.rate, channelCount: channels.count,
      layout: layout)
    var position = 0
    var sections: [Section] = []
    while let section = cutter.next(read: { held, count in
      for channel in channels.indices {
        held[channel] += channels[channel][position..<position + count]
      }
      position += count
    }) {
      sections.append(section)
    }
    #expect(position == channels[0].count)
    #expect(sections.count == cutter.sectionCount)
    return sections
  }

  private func separate(
    _ settings: SeparationSettings, _ channels: [[Float]], parts: [Part], layout: SectionLayout,
    material: Material = .pitched, parallel: @escaping Parallel = sequentially
  ) throws -> (stems: [[[Float]]], separator: SectionSeparator) {
    var separator = try SectionSeparator(
      Separator(settings: settings, material: material, parallel: parallel), parts: parts,
      hasPedal: true, withResidual: false, sampleCount: channels[0].count, sampleRate: Self.rate,
      layout: layout)
    var stems = parts.map { _ in channels.map { _ in [Float]() } }
    var end = 0
    for section in sections(of: channels, layout: layout) {
      let piece = try separator.separate(section)
      #expect(piece.range.lowerBound == end)
      #expect(piece.channels == channels.map { $0[piece.range] })
      end = piece.range.upperBound
      for part in parts.indices {
        for channel in channels.indices { stems[part][channel] += piece.stems[part][channel] }
      }
    }
    #expect(end == channels[0].count)
    return (stems, separator)
  }

  private func peak(_ samples: ArraySlice<Float>) -> Float {
    samples.reduce(0) { max($0, abs($1)) }
  }

  // MARK: Cutting

  @Test(arguments: [1, 15_999, 24_000, 24_001, 31_000, 40_003, 56_000, 97_531], [1, 2])
  func coresAreAllOfTheRecordingOnce(sampleCount: Int, channelCount: Int) {
    let channels = (0..<channelCount).map { noise(count: sampleCount, seed: UInt64($0 + 5)) }
    let sections = sections(of: channels, layout: Self.layout)
    #expect((sections.count == 1) == (sampleCount <= 24_000))
    var end = 0
    for section in sections {
      #expect(section.core.lowerBound == end)
      end = section.core.upperBound
      #expect(section.extent.lowerBound <= section.core.lowerBound)
      #expect(section.extent.upperBound >= section.core.upperBound)
      #expect(section.channels == channels.map { Array($0[section.extent]) })
      // 0.1 to 0.2 s on either side, but at the ends.
      let before = section.core.lowerBound - section.extent.lowerBound
      let after = section.extent.upperBound - section.core.upperBound
      #expect(section.core.lowerBound == 0 ? before == 0 : (800...1600).contains(before))
      #expect(end == sampleCount ? after == 0 : (800...1600).contains(after))
      if sections.count > 1 {
        // Half to 5/4 of 2 s, and two seams that move by 0.1 s.
        #expect((8000 - 1600...20_000 + 1600).contains(section.core.count))
      }
    }
    #expect(end == sampleCount)
  }

  @Test func seamsGoWhereItIsQuiet() {
    var samples = noise(count: 40_000, seed: 1)
    for index in 20_300..<20_700 { samples[index] *= 0.01 }
    let sections = sections(of: [samples], layout: Self.layout)
    #expect(sections.count == 3)
    // Nominally at a third of 40,000 and at two thirds; the gap is within reach of neither.
    #expect(!(20_300..<20_700).contains(sections[0].core.upperBound))
    for index in 13_500..<13_900 { samples[index] *= 0.01 }
    let seam = self.sections(of: [samples], layout: Self.layout)[0].core.upperBound
    #expect((13_600...13_800).contains(seam))
  }

  @Test func seamsOfSilenceStayWhereTheyAre() {
    let sections = sections(
      of: [[Float](repeating: 0, count: 40_000)], layout: Self.layout)
    #expect(abs(sections[0].core.upperBound - 13_333) <= 80)
  }

  @Test func gainsOfAFadeAddUpToOne() {
    let old = noise(count: 400, seed: 1)
    var new = noise(count: 1000, seed: 2)
    var rest = new.map { 1 - $0 }
    SectionSeparator.fade(from: old, into: &new)
    SectionSeparator.fade(from: old.map { 1 - $0 }, into: &rest)
    #expect(zip(new, rest).allSatisfy { abs($0 + $1 - 1) < 1e-6 })
    var ramp = [Float](repeating: 1, count: 400)
    SectionSeparator.fade(from: [Float](repeating: 0, count: 400), into: &ramp)
    #expect(ramp[0] < 0.01 && ramp[399] > 0.99)
    #expect(zip(ramp, ramp.dropFirst()).allSatisfy { $0 < $1 })
  }

  // MARK: Separating

  private static let duet = [
    Part(
      name: "low",
      notes: (0..<16).map { note(48 + $0 % 3, 0.5 * Double($0), 0.5 * Double($0) + 0.4) }),
    Part(
      name: "high",
      notes: (0..<16).map { note(76 + $0 % 4, 0.5 * Double($0) + 0.1, 0.5 * Double($0) + 0.5) }),
  ]

  private static func truth(_ part: Part, sampleCount: Int) -> [Float] {
    signal(
      of: part.notes.map {
        harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
      }, sampleCount: sampleCount, sampleRate: rate)
  }

  private static let truths = duet.map { truth($0, sampleCount: 64_000) }

  /// Components that may use every bin at any time explain something everywhere.
  @Test(arguments: [ModelKind.nmf, .nae, .nmfd])
  func stemsAddUpAcrossSeams(model: ModelKind) throws {
    var settings = SeparationSettings.quick(model)
    settings.templates = .random
    settings.activations = .random
    let input = [noise(count: 50_000, level: 0.5, seed: 1), noise(count: 50_000, seed: 2)]
    let (stems, separator) = try separate(settings, input, parts: Self.duet, layout: Self.layout)
    for channel in input.indices {
      #expect(largestDifference(mixture(stems.map { $0[channel] }), input[channel]) < 5e-6)
    }
    #expect(separator.lossAfter < separator.lossBefore)
  }

  @Test func stretchesWithoutStrokesAreTheRests() throws {
    var settings = SeparationSettings.quick(.nmfd)
    settings.hasRest = true
    let input = [noise(count: 50_000, level: 0.5, seed: 1), noise(count: 50_000, seed: 2)]
    let parts = [Part(name: "kick", notes: [note(36, 0.1, 0.2), note(36, 0.9, 1)]), Rest.part]
    let (stems, _) = try separate(
      settings, input, parts: parts, layout: Self.layout, material: .drums(SyntheticDrum.small))
    for channel in input.indices {
      #expect(largestDifference(mixture(stems.map { $0[channel] }), input[channel]) < 5e-6)
      #expect(stems[1][channel][24_000...] == input[channel][24_000...])
    }
  }

  @Test(arguments: ModelKind.allCases, [false, true])
  func oneSectionIsTheWholeBitForBit(model: ModelKind, isDrums: Bool) throws {
    let input = [noise(count: 24_000, level: 0.5, seed: 1)]
    let parts =
      isDrums
      ? [
        Part(name: "kick", notes: [note(36, 0, 0.1), note(36, 1.1, 1.2, velocity: 30)]),
        Part(name: "hihat", notes: [note(42, 0.5, 0.6), note(42, 9, 9.1)]),
      ] : Self.duet
    let material: Material = isDrums ? .drums(SyntheticDrum.small) : .pitched
    let settings = SeparationSettings.quick(model, iterations: 2)
    let whole = try Separator(settings: settings, material: material, parallel: sequentially)
      .separate(
        channels: input, sampleRate: Self.rate, parts: parts, hasPedal: true, withResidual: false)
    let (stems, separator) = try separate(
      settings, input, parts: parts, layout: Self.layout, material: material)
    #expect(stems == whole.stems)
    #expect(separator.lossBefore == whole.lossBefore && separator.lossAfter == whole.lossAfter)
    #expect(separator.tuningCents == whole.tuningCents)
  }

  @Test(arguments: [ModelKind.nmf, .nae])
  func sectionsAreAsGoodAsTheWhole(model: ModelKind) throws {
    let settings = SeparationSettings.quick(model, iterations: 10)
    let input = [mixture(Self.truths)]
    let whole = try separate(settings, input, parts: Self.duet, layout: .whole)
    let sections = try separate(settings, input, parts: Self.duet, layout: Self.layout)
    for (part, truth) in Self.truths.enumerated() {
      let best = scaleInvariantSDR(estimate: whole.stems[part][0], truth: truth)
      let found = scaleInvariantSDR(estimate: sections.stems[part][0], truth: truth)
      #expect(found > best - 0.3, "\(found) dB in sections, \(best) dB as a whole")
    }
    let (before, after) = (whole.separator.lossBefore, whole.separator.lossAfter)
    #expect(abs(sections.separator.lossBefore / before - 1) < 0.5)
    #expect(sections.separator.lossAfter < 2 * after)
    #expect(abs((sections.separator.tuningCents ?? 99) - (whole.separator.tuningCents ?? 0)) < 3)
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let settings = SeparationSettings.quick(.nae, iterations: 2)
    let input = [mixture(Self.truths)]
    let results = try [sequentially, threaded].map {
      try separate(settings, input, parts: Self.duet, layout: Self.layout, parallel: $0)
    }
    #expect(results[0].stems == results[1].stems)
    #expect(results[0].separator.lossAfter == results[1].separator.lossAfter)
  }

  /// Notes at the two ends of 8 s alone, one that ends just before a section, and one far behind the
  /// recording.
  @Test(arguments: [false, true])
  func sectionsWithoutNotesAreSilent(isDrums: Bool) throws {
    let parts = [
      Part(name: "a", notes: [note(36, 0.2, 0.5), note(36, 7.6, 7.9)]),
      Part(name: "b", notes: [note(42, 0.3, 0.6), note(42, 0.7, 1.0), note(42, 99, 100)]),
    ]
    let input = [noise(count: 64_000, level: 0.3, seed: 4)]
    let (stems, separator) = try separate(
      .quick(.nmf), input, parts: parts, layout: Self.layout,
      material: isDrums ? .drums(SyntheticDrum.small) : .pitched)
    #expect(stems.joined().joined().allSatisfy { $0.isFinite })
    for stem in stems {
      #expect(peak(stem[0][40_000..<44_000]) == 0)
      #expect(peak(stem[0][1700..<8000]) > 0)
    }
    #expect(peak(stems[1][0][56_000...]) == 0)
    #expect(separator.lossBefore.isFinite && separator.lossAfter > 0)
  }

  @Test func aRecordingWithoutNotesIsRefused() {
    #expect(throws: SeparationError.noNoteInRecording) {
      try separate(
        .quick(.nmf), [noise(count: 64_000, seed: 1)],
        parts: [Part(name: "a", notes: [note(60, 9, 10)])], layout: Self.layout)
    }
  }

  @Test func cancellingEndsTheSeparation() throws {
    let input = [noise(count: 64_000, seed: 1)]
    var separator = try SectionSeparator(
      Separator(settings: .quick(.nmf), material: .pitched, parallel: sequentially),
      parts: Self.duet, hasPedal: true, withResidual: false, sampleCount: 64_000,
      sampleRate: Self.rate, layout: Self.layout)
    var shares: [Double] = []
    let sections = sections(of: input, layout: Self.layout)
    _ = try separator.separate(sections[0]) {
      shares.append($0)
      return true
    }
    #expect(shares.allSatisfy { $0 > 0 && $0 <= 1 / Double(sections.count) })
    #expect(throws: SeparationError.cancelled) {
      try separator.separate(sections[1]) { _ in false }
    }
  }

  /// Drums whose times nobody knows may sound in every section.
  @Test func scorelessDrumsSoundInEverySection() throws {
    let kit = SyntheticDrum.kit()
    var settings = SeparationSettings.quick(.nmfd)
    settings.isScoreless = true
    let parts = [
      Part(name: "kick", notes: kit.score.notes.filter { $0.pitch == 36 }),
      Part(name: "rest", notes: kit.score.notes.filter { $0.pitch != 36 }),
    ]
    let input = [noise(count: 64_000, level: 0.3, seed: 4)]
    let (stems, _) = try separate(
      settings, input, parts: parts, layout: Self.layout, material: .drums(kit))
    for start in stride(from: 0, to: 64_000, by: 8000) {
      #expect(peak(stems[1][0][start..<start + 8000]) > 1e-3)
    }
  }

  // MARK: Streams

  @Test func aStreamInPiecesIsTheStream() throws {
    let settings = StreamSettings.quick(lookahead: 0.3)
    let input = [mixture(Self.truths), Self.truths[0]]
    let whole = try streamed(input, settings, parts: Self.duet, sampleRate: Self.rate)
    let pieces = try StreamPieces(
      settings: settings, material: .pitched, banks: NoteBanks(), parts: Self.duet, hasPedal: true,
      sampleCount: 64_000, sampleRate: Self.rate, channelCount: 2)
    var stems = Self.duet.map { _ in input.map { _ in [Float]() } }
    // The first are shorter than the latency.
    let layout = SectionLayout(limit: 0.3, length: 0.2, reach: 0, context: 0, fade: 0)
    for section in sections(of: input, layout: layout) {
      let piece = try pieces.separate(section)
      #expect(piece.range.lowerBound == stems[0][0].count)
      #expect(piece.channels == input.map { $0[piece.range] })
      for part in stems.indices {
        for channel in input.indices { stems[part][channel] += piece.stems[part][channel] }
      }
    }
    #expect(stems == whole)
  }
}
