import Foundation
import Testing

/// The shared object as a file.
@Suite struct ObjectTests {
  @Test func oneSymbolIsExported() throws {
    let output = try Child.run("nm", ["-D", "--defined-only", Bundle.object])
    let symbols = output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(symbols == ["lv2_descriptor"])
  }

  /// What has to be installed beside it: no Swift runtime, no BLAS.
  @Test func neededLibrariesAreFixed() throws {
    let lines = try Child.run("readelf", ["-d", "-W", Bundle.object]).split(separator: "\n")
    let needed = lines.filter { $0.contains("(NEEDED)") }.compactMap {
      $0.split(separator: "[").last?.split(separator: "]").first.map(String.init)
    }
    let allowed: Set = [
      "libfftw3f_threads.so.3", "libfftw3f.so.3", "libfftw3_threads.so.3", "libfftw3.so.3",
      "libexpat.so.1", "libzip.so.4", "libsndfile.so.1", "libmpg123.so.0", "libstdc++.so.6",
      "libgcc_s.so.1", "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2",
    ]
    #expect(Set(needed).subtracting(allowed).isEmpty, "\(needed)")
    #expect(needed.contains("libfftw3f.so.3"))
    #expect(!lines.contains { $0.contains("RUNPATH") || $0.contains("RPATH") })
    #expect(lines.contains { $0.contains("FLAGS_1") && $0.contains("NODELETE") })
  }

  @Test func itIsStripped() throws {
    let sections = try Child.run("readelf", ["-S", "-W", Bundle.object])
    #expect(!sections.contains(".symtab"))
    #expect(!sections.contains(".debug_info"))
    let attributes = try FileManager.default.attributesOfItem(atPath: Bundle.object)
    let size = try #require(attributes[.size] as? Int)
    #expect(size < 15 << 20, "without Foundation it is 6 MB")
  }

  @Test func descriptorsAreSix() throws {
    let library = try #require(dlopen(Bundle.object, RTLD_NOW))
    defer { dlclose(library) }
    let symbol = try #require(dlsym(library, "lv2_descriptor"))
    typealias Function = @convention(c) (UInt32) -> UnsafePointer<UnsafePointer<CChar>>?
    let descriptor = unsafeBitCast(symbol, to: Function.self)
    // The URI is the first member.
    let uris = (0..<6).map { descriptor($0).map { String(cString: $0.pointee) } }
    #expect(Set(uris.compactMap { $0 }) == Set(Bundle.all))
    #expect(descriptor(6) == nil)
    #expect(descriptor(.max) == nil)
    #expect(descriptor(0) == descriptor(0))
  }
}
