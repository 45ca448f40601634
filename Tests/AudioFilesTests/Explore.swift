import AudioFiles
import CSndfile
import Testing
import Glibc

@Test func explore() {
  let folder = TemporaryFolder()
  func report(_ what: String, _ p: String) {
    do { let b = try AudioFile.read(path: p); print(what, b.sampleCount) } catch { print(what, error, sf_error(nil)) }
  }
  let path = folder.file("v.mp3")
  var info = SF_INFO()
  info.samplerate = 44100; info.channels = 1; info.format = CInt(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
  let f = sf_open(path, CInt(SFM_WRITE), &info)
  var mode = CInt(SF_BITRATE_MODE_VARIABLE)
  print(sf_command(f, CInt(SFC_SET_BITRATE_MODE), &mode, 4))
  let x = noise(count: 300_000, seed: 1, amplitude: 0.001) + noise(count: 300_000, seed: 2, amplitude: 0.9)
  sf_writef_float(f, x, sf_count_t(x.count)); sf_close(f)
  report("vbr", path)
  let all = bytes(of: path)
  let xing = all.indices.first { all[$0...].starts(with: "Xing".utf8) || all[$0...].starts(with: "Info".utf8) }
  print(xing as Any, all.count)
  var k = (xing ?? 0) + 20
  while !(all[k] == 0xFF && all[k+1] & 0xFE == 0xFA) { k += 1 }
  write(all[k...], to: folder.file("nox.mp3")); report("nox", folder.file("nox.mp3"))
  for (n, t) in [("t.wav", "hello"), ("t.txt", "this is a text file, quite long enough to be looked at closely"), ("t.mp3", "no mp3 either"), ("z.wav", String(repeating: "\0", count: 5000)),("r.wav", "RIFF....WAVEfmt "), ("f.flac", "fLaC............................................"), ("x.ogg", "OggS.............................................")] {
    write(t.utf8, to: folder.file(n)); report(n, folder.file(n))
  }
  var b = [UInt8](repeating: 0, count: 3000); var s: UInt32 = 7
  for i in b.indices { s = s &* 1664525 &+ 1013904223; b[i] = UInt8(s >> 24) }
  write(b, to: folder.file("rnd")); report("rnd", folder.file("rnd"))
}
