import Foundation
import LV2TestSupport
import Terminal
import Testing

@testable import JackHosting

/// Which controllers move which controls, in words and files.
@Suite struct ControlMapTests {
  private let described: DescribedPlugin
  private let map: ControlMap

  init() throws {
    described = try DescribedPlugin([
      DescribedPlugin.control("gain", "lv2:minimum 0 ; lv2:maximum 1"),
      DescribedPlugin.control("pan", "lv2:minimum -1 ; lv2:maximum 1"),
      DescribedPlugin.control("level", isInput: false),
      DescribedPlugin.control("free", "lv2:designation lv2:freeWheeling"),
    ])
    map = ControlMap(described.plugin)
  }

  @Test(arguments: [
    ("cc7=gain", 7, nil), ("CC7 gain", 7, nil), ("cc0@16=gain", 0, 16), ("cc119@1=gain", 119, 1),
  ])
  func textsAreRead(text: String, number: Int, channel: Int?) throws {
    let (controller, symbol) = try #require(ControlMap.parse(text))
    #expect(controller == ControlMap.Controller(number: number, channel: channel))
    #expect(symbol == "gain")
  }

  @Test(arguments: [
    "", "gain", "cc7", "cc7=", "cc120=gain", "cc-1=gain", "cc7@0=gain", "cc7@17=gain", "cc7@=gain",
    "cc7@1@2=gain", "7=gain", "ccx=gain", "cc7=gain pan",
  ])
  func nonsenseIsRefused(text: String) {
    #expect(ControlMap.parse(text) == nil)
    #expect(throws: Failure.self) { try map.map(text) }
    #expect(map.lines.isEmpty)
  }

  @Test(arguments: ["level", "free", "none"])
  func onlyInputsOfPeopleAreMapped(symbol: String) {
    let error = #expect(throws: Failure.self) { try map.map("cc7=\(symbol)") }
    #expect(error?.description == "\(symbol): expected a control of Plugin; found none")
  }

  @Test func aControllerMovesOneControl() throws {
    try map.map("cc7=gain")
    try map.map("cc7@3=pan")
    try map.map("cc20=pan")
    #expect(map.lines.contains("cc7@3=pan") && map.lines.contains("cc7@1=gain"))
    #expect(map.lines.last == "cc20=pan")
    try map.unmap("cc7")
    #expect(map.lines == ["cc20=pan"])
    try map.map("cc21@2=gain")
    try map.unmap("pan")
    #expect(map.lines == ["cc21@2=gain"])
    try map.unmap("")
    #expect(map.lines.isEmpty)
  }

  @Test func filesKeepIt() throws {
    let folder = TemporaryBundle([:])
    for line in ["cc7=gain", "cc8@5=pan"] { try map.map(line) }
    let document = map.document
    folder.write(String(decoding: document.bytes, as: UTF8.self), to: document.name)
    let other = ControlMap(described.plugin)
    try other.map("cc1=gain")
    other.replace(with: try #require(try other.read(from: folder.path)))
    #expect(other.lines == ["cc7=gain", "cc8@5=pan"])
    folder.write("# mine\n\n  cc9=gain  \n", to: "controllers.txt")
    other.replace(with: try #require(try other.read(from: folder.path)))
    #expect(other.lines == ["cc9=gain"])
    folder.write("cc9=none\n", to: "controllers.txt")
    let error = #expect(throws: Failure.self) { try other.read(from: folder.path) }
    #expect(error?.description.hasPrefix(folder.file("controllers.txt") + ": none:") == true)
  }

  @Test func aFolderWithoutAFileHasNoMap() throws {
    #expect(try map.read(from: "/nonexistent") == nil)
  }
}
