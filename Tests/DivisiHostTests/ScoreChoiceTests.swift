import Testing

@testable import DivisiHost

/// Which score is in use, by what the plugin says.
@Suite struct ScoreChoiceTests {
  private let scores = ScoreChoice()
  private let start = ContinuousClock.now

  /// What was said of scores, in order.
  private final class Answers {
    var all: [ScoreChoice.Outcome] = []
  }

  private let answers = Answers()

  private func ask(for text: String) {
    scores.ask(for: text, at: "/" + text, time: start) { [answers] in answers.all.append($0) }
  }

  private func judge(
    _ values: [String] = [], errors: [String] = [], isWaiting: Bool = false, after seconds: Int = 0
  ) {
    scores.judge(
      values: values, errors: errors, isWaiting: isWaiting, time: start + .seconds(seconds))
  }

  @Test func theOneBeforeComesBack() {
    scores.begin(with: "first")
    ask(for: "bad")
    #expect(scores.current == "bad")
    judge(["/other"], errors: ["/elsewhere: expected notes"])
    #expect(scores.current == "bad" && answers.all.isEmpty)
    judge(errors: ["/bad: expected notes"])
    #expect(scores.current == "first")
    ask(for: "good")
    judge(["/good"])
    ask(for: "worse")
    judge(errors: ["/worse: expected notes"])
    #expect(scores.current == "good")
    #expect(
      answers.all == [.refused("/bad: expected notes"), .used, .refused("/worse: expected notes")])
  }

  /// Whatever was asked for since stays.
  @Test func aLateRefusalChangesNothingElse() {
    ask(for: "bad")
    ask(for: "good")
    judge(errors: ["/bad: expected notes"])
    #expect(scores.current == "good")
    judge(["/good"])
    #expect(scores.current == "good" && answers.all == [.refused("/bad: expected notes"), .used])
  }

  @Test func nobodyWaitsForEver() {
    ask(for: "silent")
    judge(after: 30)
    #expect(answers.all.isEmpty)
    judge(after: 31)
    #expect(answers.all == [.unknown])
    ask(for: "bad")
    judge(errors: ["/bad: expected notes"], after: 32)
    #expect(scores.current == "silent")
  }

  /// A plugin that rests has time.
  @Test func whatIsNotReadYetIsNotJudged() {
    ask(for: "bad")
    judge(isWaiting: true, after: 1000)
    judge(after: 1001)
    #expect(answers.all.isEmpty)
    judge(errors: ["/bad: expected notes"], after: 1002)
    #expect(scores.current == nil && answers.all == [.refused("/bad: expected notes")])
  }

  /// At the end of a session the plugin may be using what it has not spoken of, and the state may name it.
  @Test func theEndRefusesNothing() {
    ask(for: "new")
    scores.dismiss()
    #expect(answers.all == [.unknown] && scores.current == "new")
  }
}
