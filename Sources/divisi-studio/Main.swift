import DivisiStudio

@main
enum Main {
  static func main() { StudioProgram.main() }
}
