import AudioFiles
import Foundation
import Testing

/// Effects that nobody here wrote, through the host.
@Suite struct ForeignTests {
  @Test func theyAreManyAndVaried() {
    #expect(Set(ForeignPlugin.all.map(\.uri)).count == ForeignPlugin.all.count)
    #expect(ForeignPlugin.all.count >= 50)
  }

  /// The same bytes each time, whatever the length of blocks, and after a state was restored.
  @Test(arguments: ForeignPlugin.all)
  func itRuns(plugin: ForeignPlugin) throws {
    let rendering = try ForeignRendering(plugin.uri, channelCount: plugin.channelCount)
    let one = rendering.folder.file("one")
    let first = try rendering.render(["--save-state", one])
    #expect(try rendering.render() == first)
    for length in ["64", "1000"] {
      let cut = try rendering.render(["--block-length", length])
      #expect(cut.keys == first.keys)
      #expect(!plugin.isBlockExact || cut == first, "blocks of \(length)")
    }
    let restored = try rendering.render([
      "--state", one, "--save-state", rendering.folder.file("two"),
    ])
    #expect(restored == first)
    #expect(try rendering.state("two") == rendering.state("one"))
    // One channel at another rate, in blocks that fit nothing.
    try rendering.write([rendering.channels[0]], sampleRate: 44_100, to: "mono.wav")
    let mono = try rendering.render(["--block-length", "37"], file: "mono.wav")
    #expect(mono.count == first.count)
  }

  /// Each preset gives a state of its own, which gives the same again.
  @Test(arguments: ForeignPlugin.withPresets)
  func presetsAreApplied(plugin: ForeignPlugin) throws {
    let list = try Project.host(["--presets", plugin.uri])
    let presets = list.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(!presets.isEmpty)
    let rendering = try ForeignRendering(plugin.uri, channelCount: plugin.channelCount)
    let folder = rendering.folder
    _ = try rendering.render(["--save-state", folder.file("plain")])
    var states: Set<String> = []
    for (index, preset) in presets.enumerated() {
      try #require(preset.count == 3)
      let name = "preset\(index)"
      let files = try rendering.render([
        "--preset", String(preset[2]), "--save-state", folder.file(name),
      ])
      let again = try rendering.render([
        "--state", folder.file(name), "--save-state", folder.file(name + "-again"),
      ])
      #expect(again == files, "\(preset[2])")
      #expect(try rendering.state(name + "-again") == rendering.state(name), "\(preset[2])")
      states.insert(try rendering.state(name))
    }
    states.remove(try rendering.state("plain"))
    #expect(states.count >= max(1, presets.count - 2), "presets change something")
  }

  // MARK: Properties and files

  /// A worker, `patch:Set` with a path, and a state with a file, in one plugin.
  @Test func anImpulseResponseIsSetAndKept() throws {
    let rendering = try ForeignRendering(
      "http://gareus.org/oss/lv2/convoLV2#Mono", channelCount: 1)
    var response = [Float](repeating: 0, count: 64)
    response[10] = 1
    try rendering.write([response], to: "response.wav")
    let path = rendering.folder.file("response.wav")
    let state = rendering.folder.file("kept")
    let files = try rendering.render(["--set", "impulse=\(path)", "--save-state", state])
    let heard = try rendering.channels(of: "out")[0]
    // The plugin halves, for room above.
    #expect(heard[..<10].allSatisfy { abs($0) < 1e-6 })
    #expect(
      zip(heard[10...], rendering.channels[0]).allSatisfy { abs($0 - $1 / 2) < 1e-6 })
    #expect(try rendering.render(["--state", state]) == files)
  }

  @Test func wrongValuesOfPropertiesAreSaid() throws {
    let folder = try TemporaryFolder()
    let rendering = try ForeignRendering("http://gareus.org/oss/lv2/convoLV2#Mono", channelCount: 1)
    for (setting, problem) in [
      ("impulse=/nowhere.wav", "/nowhere.wav: expected a readable file"),
      ("pulse=1", "pulse: expected a control of LV2 Convolution Mono; found none"),
      ("gain=loud", "gain: expected a number, found 'loud'"),
      ("gain=99", "gain: expected -24.0 to 24.0, found 99"),
    ] {
      let run = try Project.host([
        "render", rendering.folder.file("noise.wav"), "--plugin",
        "http://gareus.org/oss/lv2/convoLV2#Mono", "--set", setting, "-o", folder.file("out"),
      ])
      #expect(run.status == 1)
      #expect(run.errors.contains(problem), "\(run.errors)")
      #expect(folder.files == [])
    }
  }

  // MARK: What is told of them

  @Test func portsAreDescribedAsPeopleReadThem() throws {
    let reverb = try Project.host(["--info", "http://calf.sourceforge.net/plugins/Reverb"])
    for line in [
      "in\taudio\tin_l\tIn L\tgroup in",
      "out\tcontrol\tmeter_inL\tMeter-InL\t0 to 1",
      "in\tcontrol\tpredelay\tPre Delay\t0 of 0 to 500\tms",
      "in\tcontrol\ton\tActive\t1 of 0 to 1, off or on",
      "in\tcontrol\troom_size\tRoom size\t2 of 0 to 5, whole "
        + "(only Small 0, Medium 1, Large 2, Tunnel-like 3, Large/smooth 4, Experimental 5)",
    ] {
      #expect(reverb.output.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    let parameters = try Project.host(["--info", "http://lv2plug.in/plugins/eg-params"])
    for line in [
      "property\thttp://lv2plug.in/plugins/eg-params#string\tstring\tstring",
      "property\thttp://lv2plug.in/plugins/eg-params#lfo\tLFO\tfloat, read only",
      "file\thttp://lv2plug.in/plugins/eg-params#path\tpath",
    ] {
      #expect(parameters.output.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    // A range in units of the sample rate, with a default that is not.
    let filter = try Project.host(["--info", "http://drobilla.net/plugins/fomp/mvclpf1"])
    #expect(filter.output.contains("440 of 3.0517578e-05 to 0.5 sample rates"), "\(filter.output)")
  }

  @Test func allAreListedAndDescribed() throws {
    let list = try Project.host(["--list"])
    #expect(list.output.contains("http://plugin.org.uk/swh-plugins/ulaw\tμ-Law Compressor\n"))
    for plugin in ForeignPlugin.all {
      #expect(list.output.contains(plugin.uri + "\t"), "\(plugin.uri)")
      let info = try Project.host(["--info", plugin.uri])
      #expect(info.status == 0)
      #expect(!info.output.contains(" nan ") && !info.output.contains("\tnan"), "\(plugin.uri)")
    }
  }

  /// An object that the linker refuses is named with what is wrong with it.
  @Test func whatCannotBeLoadedIsSaid() throws {
    let folder = try TemporaryFolder()
    let run = try Project.host([
      "render", Polonaise.mix, "--plugin", "http://plugin.org.uk/swh-plugins/mbeq", "-o",
      folder.file("out"),
    ])
    #expect(run.status == 1)
    #expect(run.errors.contains("its shared object cannot be loaded"), "\(run.errors)")
    #expect(run.errors.contains("undefined symbol: fftwf_execute"), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(folder.files == [])
  }
}
