import Foundation
import Testing

/// What the program is linked to.
@Suite struct LinkTests {
  /// Presets are data: reading them takes no host.
  @Test func theCommandLineLinksNoHost() throws {
    let program = try Data(contentsOf: URL(fileURLWithPath: Program.path))
    #expect(program.range(of: Data("libserd-0.so".utf8)) != nil)
    #expect(program.range(of: Data("liblilv-0.so".utf8)) == nil)
  }
}
