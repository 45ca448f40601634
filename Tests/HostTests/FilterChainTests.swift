import AudioFiles
import Foundation
import Testing

/// The plugin within PipeWire, as everybody's sound may pass through it.
@Suite struct FilterChainTests {
  /// Server, session manager and filter chain on a bus of their own; they end with the script.
  private static let script = """
    trap 'kill $(jobs -p) 2>/dev/null' EXIT
    await() {
      for n in $(seq 10000); do eval "$1" >/dev/null 2>&1 && return; sleep 0.05; done
      echo "$1: has not come about" >&2
      exit 1
    }
    pipewire -c "$XDG_RUNTIME_DIR/server.conf" &
    await 'pw-cli info 0'
    wireplumber &
    pipewire -c "$XDG_RUNTIME_DIR/chain.conf" &
    await 'pw-cli ls Node | grep divisi_out'
    pw-cat --record --target divisi_out "$XDG_RUNTIME_DIR/heard.wav" & recorder=$!
    await 'pw-link -l | grep divisi_out:output_FL'
    pw-cat --playback --target divisi_in "$1"
    # It writes the file's header at the end, and then has some code or other.
    kill -INT $recorder
    wait $recorder || true
    """

  /// The left hand is off, and so the rest is less than the whole.
  @Test func theChainSeparates() throws {
    let pipeWire = try PipeWireServer()
    defer { pipeWire.clean() }
    let recording = try Polonaise()
    let scores = recording.folder.file("divisi/scores")
    try FileManager.default.createDirectory(atPath: scores, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Polonaise.score, toPath: scores + "/1.mid")
    try pipeWire.configure(rate: recording.sampleRate, period: 1024)
    try """
    context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert
      support.* = support/libspa-support }
    context.modules = [
      { name = libpipewire-module-protocol-native } { name = libpipewire-module-client-node }
      { name = libpipewire-module-adapter }
      { name = libpipewire-module-filter-chain args = {
        filter.graph = { nodes = [ { type = lv2 name = divisi plugin = "urn:divisi:hands-mix"
          control = { score_slot = 1 gain_left = -60 } } ] }
        audio.channels = 2 audio.position = [ FL FR ]
        capture.props = { node.name = divisi_in node.always-process = true }
        playback.props = { node.name = divisi_out node.always-process = true } } }
    ]
    """.write(toFile: pipeWire.folder + "/chain.conf", atomically: true, encoding: .utf8)
    let run = try Child.run(
      "dbus-run-session", ["--", "bash", "-c", Self.script, "bash", recording.path],
      // wireplumber keeps there what it has learnt of streams.
      environment: pipeWire.environment.merging([
        "XDG_DATA_HOME": recording.folder.path, "XDG_STATE_HOME": pipeWire.folder,
      ]) { $1 })
    #expect(run.status == 0, "\(run.errors)")
    let heard = try AudioFile.read(path: pipeWire.folder + "/heard.wav").channels[0]
    func power(_ samples: [Float]) -> Float { samples.reduce(0) { $0 + $1 * $1 } }
    let share = power(heard) / power(recording.channels[0])
    #expect((0.05..<0.8).contains(share), "\(share)")
  }
}
