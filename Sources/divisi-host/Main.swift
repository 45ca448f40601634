import DivisiHost

@main
enum Main {
  static func main() { HostProgram.main() }
}
