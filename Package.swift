// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// Only instructions: no fused operations, so that all processors give the same bits. The target decides, not
// the machine that builds: for other targets clang ignores the option, and the module is empty.
let wide: [SwiftSetting] = [
  .define("FOR_AVX2"),
  .unsafeFlags(["-Xarch_x86_64", "-mavx2", "-Qunused-arguments"].flatMap { ["-Xcc", $0] }),
]

// Tests run whole separations, which without optimisation would take most of their time.
let quick: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// A host needs no Swift runtime, sees one symbol, and never unloads the object: the runtime inside
// it could not be started again.
func sharedLinker(exports: String, soname: String? = nil) -> [LinkerSetting] {
  let names = soname.map { ["-soname", $0] } ?? []
  return [
    .unsafeFlags(
      ["-static-stdlib", "-use-ld=lld"]
        + [
          "--version-script=\(Context.packageDirectory)/\(exports)", "--exclude-libs=ALL",
          "-Bsymbolic", "-z", "nodelete", "--gc-sections", "--as-needed",
        ].flatMap { ["-Xlinker", $0] } + names.flatMap { ["-Xlinker", $0] })
  ]
}

// The benchmark counts what is allocated: its functions take the names of the C library's, for itself and
// for the libraries that it loads.
let counted = ["malloc", "calloc", "realloc", "memalign", "aligned_alloc", "posix_memalign"]
let countingLinker: [LinkerSetting] = [
  .unsafeFlags(
    counted.flatMap {
      ["--defsym=\($0)=divisi_bench_\($0)", "--export-dynamic-symbol=\($0)"]
    }.flatMap { ["-Xlinker", $0] })
]

// The studio's page is part of the program.
let studioPage = [
  "studio.html", "studio.css", "roll.css", "app.js", "api.js", "opening.js", "player.js",
  "playing.worklet.js", "transport.js", "parts.js", "music.js", "view.js", "roll.js", "outline.js",
  "spectrum.js", "corrections.js", "marking.js", "takeaway.js", "student.html",
]

let package = Package(
  name: "divisi",
  products: [
    .executable(name: "divisi", targets: ["divisi"]),
    .executable(name: "divisi-host", targets: ["divisi-host"]),
    .executable(name: "divisi-studio", targets: ["divisi-studio"]),
    // The plugin's shared object, and that of its own window; `make bundle` puts them beside their data.
    .library(name: "DivisiLV2", type: .dynamic, targets: ["DivisiLV2"]),
    .library(name: "DivisiUI", type: .dynamic, targets: ["DivisiUI"]),
    // The library for other programs; `make install-library` gives it its name, libdivisi.so.0.
    .library(name: "DivisiLibrary", type: .dynamic, targets: ["DivisiLibrary"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // C libraries: a module map and a header each, nothing compiled.
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(name: "CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(name: "CMPG123", pkgConfig: "libmpg123", providers: [.apt(["libmpg123-dev"])]),
    // Its libraries are loaded only when they are needed.
    .systemLibrary(
      name: "CLibAV",
      providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswresample-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CX11", pkgConfig: "x11", providers: [.apt(["libx11-dev"])]),
    .systemLibrary(name: "CSerd", pkgConfig: "serd-0", providers: [.apt(["libserd-dev"])]),
    .systemLibrary(name: "CLilv", pkgConfig: "lilv-0", providers: [.apt(["liblilv-dev"])]),

    .systemLibrary(name: "CJack", pkgConfig: "jack", providers: [.apt(["libjack-jackd2-dev"])]),
    .systemLibrary(name: "CLO", pkgConfig: "liblo", providers: [.apt(["liblo-dev"])]),
    .systemLibrary(
      name: "CRubberBand", pkgConfig: "rubberband", providers: [.apt(["librubberband-dev"])]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    .systemLibrary(name: "CFFTWThreads", providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(name: "CLV2", pkgConfig: "lv2", providers: [.apt(["lv2-dev"])]),

    // The interface of the library.
    .systemLibrary(name: "CDivisi"),
    // What the processor can do.
    .systemLibrary(name: "CCPU"),
    // How malloc keeps blocks, and what it is behind its name.
    .systemLibrary(name: "CMalloc"),

    // The inner loops, from one file: for any processor, and for those with AVX2.
    .target(name: "DivisiKernels", swiftSettings: strict + quick),
    .target(name: "DivisiKernelsAVX2", swiftSettings: strict + quick + wide),
    // Pure numerics: matrices, STFT, kernels, factorisation models, masks. No I/O, no clock.
    .target(
      name: "DivisiDSP", dependencies: ["CCPU", "CFFTW", "DivisiKernels", "DivisiKernelsAVX2"],
      swiftSettings: strict + quick),
    // Files from outside, read with limits, and their names made harmless.
    .target(name: "InputFiles", swiftSettings: strict + quick),
    // What this process may still take.
    .target(name: "SystemMemory", swiftSettings: strict),
    // Score files to notes in seconds, and notes to parts. No audio, no numerics.
    .target(
      name: "DivisiScore", dependencies: ["CExpat", "CZip", "InputFiles"],
      swiftSettings: strict + quick),
    // Every control, once: symbol, name, range, default, option; and the ports of the plugins.
    .target(name: "DivisiControls", dependencies: ["DivisiScore"], swiftSettings: strict),
    // The plugins' Turtle from that table, and the program that writes it.
    .target(name: "PluginTurtle", dependencies: ["DivisiControls"], swiftSettings: strict),
    .executableTarget(
      name: "divisi-turtle", dependencies: ["DivisiControls", "PluginTurtle"], swiftSettings: strict
    ),
    // What two threads share without locks.
    .target(name: "DivisiRealtime", swiftSettings: strict + quick),
    // Threads that help with work in pieces; they may lock and sleep.
    .target(name: "WorkerThreads", dependencies: ["CCPU"], swiftSettings: strict + quick),
    // Joins them: constraints from a score, the separator of whole recordings, the stream.
    .target(
      name: "DivisiEngine",
      dependencies: [
        "CCPU", "DivisiControls", "DivisiDSP", "DivisiRealtime", "DivisiScore", "InputFiles",
      ],
      swiftSettings: strict + quick),
    // Drums taken apart: strokes, kits of samples, and patterns played with them. No files.
    .target(
      name: "DrumKits", dependencies: ["DivisiEngine", "DivisiScore"],
      swiftSettings: strict + quick),
    // Recordings made of the frames of others. No files.
    .target(
      name: "Mosaics", dependencies: ["DivisiDSP", "DivisiRealtime"], swiftSettings: strict + quick),
    // Scores onto recordings: where each note sounds, and how well the score explains the recording.
    .target(
      name: "DivisiAlignment", dependencies: ["DivisiDSP", "DivisiScore"],
      swiftSettings: strict + quick),
    // The sound of files that libsndfile does not know, through libav where that is installed.
    .target(name: "MediaFiles", dependencies: ["CLibAV"], swiftSettings: strict + quick),
    // Audio files in and out through libsndfile and mpg123.
    .target(
      name: "AudioFiles", dependencies: ["CMPG123", "CSndfile", "InputFiles", "MediaFiles"],
      swiftSettings: strict + quick),
    // Pictures of what was learnt, through cairo. It knows axes and colours, not models.
    .target(name: "Plotting", dependencies: ["CCairo"], swiftSettings: strict),
    // Sessions of DAWs: one model, a writer for each format.
    .target(name: "DAWSessions", dependencies: ["DivisiScore"], swiftSettings: strict),
    // Zip archives out, through libzip.
    .target(name: "ZipFiles", dependencies: ["CZip"], swiftSettings: strict),
    // Tables of recordings, and what is known of each: what it was made of, and what became of it.
    .target(
      name: "Catalogues", dependencies: ["AudioFiles", "CXXHash", "InputFiles"],
      swiftSettings: strict + quick),
    // LV2 presets as data, read by the parser that lilv itself uses.
    .target(name: "LV2Presets", dependencies: ["CSerd", "InputFiles"], swiftSettings: strict),
    // What a host needs to run LV2 plugins, through lilv.
    .target(
      name: "LV2Hosting", dependencies: ["CLilv", "DivisiRealtime"], swiftSettings: strict + quick),
    // What both programs say in a terminal, and how they end.
    .target(
      name: "Terminal",
      dependencies: [
        "InputFiles", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    // One recording and its score, from files or memory, through the engine, as options and presets say.
    .target(
      name: "DivisiSeparation",
      dependencies: [
        "AudioFiles", "DivisiAlignment", "DivisiControls", "DivisiDSP", "DivisiEngine",
        "DivisiScore", "InputFiles", "LV2Presets", "SystemMemory", "Terminal", "WorkerThreads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict + quick),
    // The command line: what `divisi` does with what is typed.
    .target(
      name: "DivisiCommandLine",
      dependencies: [
        "CCPU", "CMalloc", "Catalogues", "DAWSessions", "DivisiAlignment", "DivisiControls",
        "DivisiEngine",
        "DivisiDSP", "DivisiScore", "DivisiSeparation", "DrumKits", "AudioFiles", "InputFiles",
        "LV2Presets", "MediaFiles", "Mosaics", "Plotting", "PluginTurtle", "SystemMemory",
        "Terminal", "WorkerThreads", "ZipFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict + quick),
    .executableTarget(
      name: "divisi", dependencies: ["DivisiCommandLine", "Terminal"], swiftSettings: strict + quick
    ),
    // The C library: what divisi.h declares. A leaf, as the plugin is.
    .target(
      name: "DivisiLibrary",
      dependencies: [
        "AudioFiles", "CDivisi", "CFFTWThreads", "DivisiControls", "DivisiDSP", "DivisiEngine",
        "DivisiScore", "DivisiSeparation", "InputFiles", "LV2Presets", "Terminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["exports.map", "divisi.pc.in"], swiftSettings: strict,
      linkerSettings: sharedLinker(
        exports: "Sources/DivisiLibrary/exports.map", soname: "libdivisi.so.0")),
    // A plugin at work as a JACK client: what people can do to it, and the process callback.
    .target(
      name: "JackHosting", dependencies: ["CJack", "DivisiRealtime", "LV2Hosting", "Terminal"],
      swiftSettings: strict + quick),
    // Pages for browsers on this machine: the server, who may ask it, and what pages have in common.
    .target(
      name: "WebServing",
      dependencies: [
        "Terminal", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      resources: ["desk.css", "strips.js", "icon.svg"].map { .embedInCode("Page/" + $0) },
      swiftSettings: strict),
    // The host: any LV2 plugin in a session, or over files. It knows the engine through LV2 only.
    .target(
      name: "DivisiHost",
      dependencies: [
        "AudioFiles", "CLO", "CReadline", "JackHosting", "LV2Hosting", "Terminal", "WebServing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      // The mixer page is part of the program, so that nothing has to be found beside it.
      resources: ["mixer.html", "mixer.css", "mixer.js"].map { .embedInCode("Web/Page/" + $0) },
      swiftSettings: strict),
    .executableTarget(name: "divisi-host", dependencies: ["DivisiHost"], swiftSettings: strict),
    // The studio: projects, their separations, and the page that shows them. Separations are the command line's.
    .target(
      name: "DivisiStudio",
      dependencies: [
        "AudioFiles", "CRubberBand", "DivisiCommandLine", "DivisiDSP", "DivisiScore", "Terminal",
        "WebServing", "ZipFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      resources: studioPage.map { .embedInCode("Page/" + $0) },
      swiftSettings: strict + quick),
    .executableTarget(name: "divisi-studio", dependencies: ["DivisiStudio"], swiftSettings: strict),
    // The plugin. A leaf: its link flags would leak into what depends on it.
    .target(
      name: "DivisiLV2",
      dependencies: [
        "AudioFiles", "CCPU", "CFFTWThreads", "CLV2", "DivisiAlignment", "DivisiControls",
        "DivisiEngine", "DivisiRealtime", "DivisiScore", "InputFiles", "Mosaics",
      ],
      path: "Plugin/DivisiLV2", swiftSettings: strict,
      linkerSettings: sharedLinker(exports: "Plugin/exports.map")),
    // The plugin's own window: what it shows, how that is drawn, and the screen.
    .target(
      name: "PluginFace", dependencies: ["CCairo", "CX11", "DivisiControls", "Plotting"],
      swiftSettings: strict + quick),
    // The same as hosts load it. A leaf, as the plugin is.
    .target(
      name: "DivisiUI", dependencies: ["CLV2", "DivisiControls", "PluginFace"],
      path: "Plugin/DivisiUI", swiftSettings: strict,
      linkerSettings: sharedLinker(exports: "Plugin/exports-ui.map")),
    // Timings of kernels and models, as ratios in one run.
    .target(
      name: "DivisiBench",
      dependencies: [
        "AudioFiles", "CCPU", "CMalloc", "DivisiDSP", "DivisiEngine", "DivisiKernels",
        "DivisiKernelsAVX2", "DivisiScore", "JackHosting", "LV2Hosting", "Terminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict + quick),
    .executableTarget(
      name: "divisi-bench", dependencies: ["DivisiBench"], swiftSettings: strict + quick,
      linkerSettings: countingLinker),

    // The figures that README and docs quote: computed by the command line, and held against the pages.
    .target(name: "Figures", dependencies: ["AudioFiles"], swiftSettings: strict + quick),
    .executableTarget(
      name: "divisi-figures",
      dependencies: [
        "Figures", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Signals, measures and ways to run work that several test targets share.
    .target(
      name: "DivisiTestSupport", dependencies: ["DivisiDSP", "WorkerThreads"],
      path: "Tests/DivisiTestSupport",
      swiftSettings: strict + quick),
    .testTarget(
      name: "DivisiDSPTests",
      dependencies: [
        "CCPU", "DivisiDSP", "DivisiKernels", "DivisiKernelsAVX2", "DivisiTestSupport",
      ],
      swiftSettings: strict + quick),
    .testTarget(
      name: "DivisiRealtimeTests", dependencies: ["DivisiRealtime"], swiftSettings: strict),
    .testTarget(
      name: "WorkerThreadsTests", dependencies: ["WorkerThreads"], swiftSettings: strict),
    .testTarget(name: "InputFilesTests", dependencies: ["InputFiles"], swiftSettings: strict),
    .testTarget(
      name: "DivisiScoreTests", dependencies: ["DivisiScore"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "AudioFilesTests", dependencies: ["AudioFiles", "CSndfile"], swiftSettings: strict),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting"], swiftSettings: strict),
    // Folders of LV2 data that are there for one test.
    .target(
      name: "LV2TestSupport", dependencies: ["LV2Hosting"], path: "Tests/LV2TestSupport",
      swiftSettings: strict),
    // Presets read with serd, and by lilv as hosts read them.
    .testTarget(
      name: "LV2PresetsTests",
      dependencies: ["LV2Presets", "LV2Hosting", "LV2TestSupport", "CLilv"],
      swiftSettings: strict),
    .testTarget(
      name: "LV2HostingTests", dependencies: ["LV2Hosting", "LV2TestSupport", "CLilv"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "PluginDataTests",
      dependencies: ["DivisiControls", "DivisiEngine", "LV2Presets", "PluginTurtle"],
      exclude: ["ReleasedPorts"],
      swiftSettings: strict),
    .testTarget(
      name: "DivisiControlsTests", dependencies: ["DivisiControls"], swiftSettings: strict),
    .testTarget(
      name: "DivisiEngineTests",
      dependencies: [
        "DivisiControls", "DivisiEngine", "DivisiDSP", "DivisiScore", "DivisiTestSupport",
      ],
      swiftSettings: strict + quick),
    .testTarget(
      name: "MosaicsTests", dependencies: ["DivisiDSP", "Mosaics"],
      swiftSettings: strict + quick),
    .testTarget(
      name: "DrumKitsTests", dependencies: ["DivisiScore", "DrumKits"],
      swiftSettings: strict + quick),
    .testTarget(
      name: "DivisiAlignmentTests",
      dependencies: [
        "AudioFiles", "DivisiAlignment", "DivisiDSP", "DivisiScore", "DivisiTestSupport",
      ],
      swiftSettings: strict + quick),
    // How the package is built: layers, the length of files, and the pages that describe it.
    .testTarget(name: "HouseTests", dependencies: ["Figures"], swiftSettings: strict + quick),
    // The built bundle, and whether it is that of the sources.
    .target(name: "BundleSupport", path: "Tests/BundleSupport", swiftSettings: strict),
    // The plugin as hosts see it: the built bundle, in process and in real hosts.
    .testTarget(
      name: "PluginTests",
      dependencies: [
        "AudioFiles", "BundleSupport", "CLilv", "DivisiControls", "DivisiScore", "LV2Hosting",
        "PluginFace",
      ],
      swiftSettings: strict),
    // What the plugin's own window shows and does, without a screen.
    .testTarget(
      name: "PluginFaceTests", dependencies: ["DivisiControls", "PluginFace"],
      swiftSettings: strict),
    // The host's libraries, without a server.
    .testTarget(
      name: "JackHostingTests", dependencies: ["JackHosting", "LV2TestSupport", "Terminal"],
      swiftSettings: strict),
    .testTarget(
      name: "DivisiHostTests",
      dependencies: ["DivisiHost", "LV2TestSupport", "Terminal", "WebServing"],
      swiftSettings: strict),
    // Projects, requests and what is refused, without a browser.
    .testTarget(
      name: "DivisiStudioTests",
      dependencies: [
        "AudioFiles", "DivisiStudio", "WebServing",
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(name: "DivisiBenchTests", dependencies: ["DivisiBench"], swiftSettings: strict),
    // The host as people run it, under a JACK server of its own.
    .testTarget(
      name: "HostTests",
      dependencies: ["AudioFiles", "BundleSupport", "divisi", "divisi-host", "divisi-studio"],
      swiftSettings: strict),
    .testTarget(name: "CataloguesTests", dependencies: ["Catalogues"], swiftSettings: strict),
    // What the command line says, from values made up; and the program itself, as people run it.
    .testTarget(
      name: "DivisiCommandLineTests",
      dependencies: [
        "AudioFiles", "DivisiAlignment", "DivisiCommandLine", "DivisiDSP", "DivisiEngine",
        "DivisiScore", "DivisiSeparation", "Terminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests", dependencies: ["AudioFiles", "DivisiTestSupport", "divisi"],
      exclude: ["Snapshots"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// Builds under other flags need not take along what they do not run: DIVISI_TARGETS="one two" leaves these and what they need.
if let wanted = Context.environment["DIVISI_TARGETS"] {
  var needed = Set(wanted.split(separator: " ").map(String.init))
  var count = 0
  while needed.count > count {
    count = needed.count
    for target in package.targets where needed.contains(target.name) {
      for case .byNameItem(let name, _) in target.dependencies { needed.insert(name) }
    }
  }
  package.targets.removeAll { !needed.contains($0.name) }
  package.products.removeAll { !needed.contains($0.name) }
}
