import DivisiDSP
import Testing

@testable import DivisiEngine

struct ModelKindTests {
  @Test func namesStandForModels() {
    for model in ModelKind.allCases { #expect(ModelKind(rawValue: model.rawValue) == model) }
    #expect(Set(ModelKind.allCases).count == ModelKind.allCases.count)
    #expect(ModelKind(rawValue: "nmf-adam") == nil)
  }

  @Test func modelsAreRepresentationsAndRules() {
    #expect(ModelKind.caeRMSprop.representation == .autoencoder)
    #expect(ModelKind.caeRMSprop.isConvolutive)
    #expect(ModelKind.caeRMSprop.rule == .gradient(.rmsprop))
    for model in ModelKind.allCases {
      #expect((model.secondStage == .waveforms) == (model == .wae))
      #expect(model.hasEncoder == !model.rawValue.hasPrefix("nmf"))
      #expect(model.gradientRule.map { model.rawValue.hasSuffix($0.rawValue) } != false)
      #expect(ModelKind.allCases.contains(model.streamed))
      #expect(model.streamed.rule == .multiplicative)
    }
  }
}
