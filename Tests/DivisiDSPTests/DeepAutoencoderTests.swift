import DivisiDSP
import Testing

/// What only deep autoencoders have.
struct DeepAutoencoderTests {
  private static let depths = [4, 6, 8]

  private func make(
    _ layerCount: Int, isSparse: Bool = false, sounds: [Int]? = GradientCase.sounds,
    _ change: (inout GradientSettings) -> Void = { _ in }
  ) -> GradientAutoencoder {
    var item = GradientCase(beta: 2, isSparse: isSparse)
    item.settings.layerCount = layerCount
    change(&item.settings)
    return GradientAutoencoder(
      decoder: item.problem().makeModel(beta: 2), settings: item.settings, sounds: sounds)
  }

  /// Hidden layers start as the identity: as what the shallow one gives.
  @Test(arguments: depths, [true, false])
  func startsAsTheShallowOne(layerCount: Int, isSparse: Bool) {
    let deep = make(layerCount, isSparse: isSparse)
    let shallow = make(2, isSparse: isSparse)
    #expect(deep.decoder.H.elementsEqual(shallow.decoder.H))
    #expect(deep.loss() == shallow.loss())
    deep.step()
    shallow.step()
    #expect(!deep.decoder.H.elementsEqual(shallow.decoder.H))
  }

  /// The model's templates are the product of all layers of the decoder.
  @Test(arguments: depths)
  func templatesAreEffective(layerCount: Int) {
    let deep = make(layerCount)
    for _ in 0..<10 { deep.step() }
    let parameters = deep.parameters()
    #expect(parameters.decoderLayers.count == layerCount / 2 - 1)
    let components = 0..<FactorisationProblem.componentCount
    for component in components {
      var gains = components.map { $0 == component ? Float(1) : 0 }
      for layer in parameters.decoderLayers {
        gains = components.map { row in
          components.reduce(0) { $0 + layer[$1][row] * gains[$1] }
        }
      }
      let found = deep.decoder.W.frame(0, ofComponent: component)
      for bin in 0..<FactorisationProblem.binCount {
        let expected = components.reduce(Float(0)) {
          $0 + gains[$1] * parameters.templates[$1][bin]
        }
        #expect(abs(found[bin] - expected) < 1e-5)
      }
    }
  }

  /// Layers of the decoder mix components of one sound and one support, and no others.
  @Test(arguments: depths)
  func soundsStayApart(layerCount: Int) {
    func mixes(_ autoencoder: GradientAutoencoder) -> Set<[Int]> {
      for _ in 0..<60 { autoencoder.step() }
      let components = 0..<FactorisationProblem.componentCount
      return Set(
        autoencoder.parameters().decoderLayers.flatMap { layer in
          components.flatMap { from in
            components.filter { $0 != from && layer[from][$0] != 0 }.map { [from, $0].sorted() }
          }
        })
    }
    let mixed = mixes(make(layerCount))
    #expect(!mixed.isEmpty && mixed.isSubset(of: [[0, 2], [1, 3]]))
    #expect(mixes(make(layerCount, sounds: nil)).isEmpty)
    #expect(mixes(make(layerCount, isSparse: true, sounds: [0, 0, 0, 0, 0])).isEmpty)
  }

  /// Hidden layers of a free encoder may inhibit, those of another never do.
  @Test(arguments: depths)
  func onlyFreeEncodersInhibit(layerCount: Int) {
    func hasNegatives(_ isNonnegative: Bool) -> Bool {
      let deep = make(layerCount) { $0.isEncoderNonnegative = isNonnegative }
      for _ in 0..<10 { deep.step() }
      return deep.parameters().encoderLayers.joined().joined().contains { $0 < 0 }
    }
    #expect(hasNegatives(false))
    #expect(!hasNegatives(true))
  }

  @Test func depthAndNonlinearityMustAgree() {
    func isValid(_ layerCount: Int, _ nonlinearity: Nonlinearity) -> Bool {
      var settings = GradientSettings()
      settings.layerCount = layerCount
      settings.nonlinearity = nonlinearity
      return settings.areValid
    }
    for nonlinearity in Nonlinearity.allCases {
      #expect(isValid(2, nonlinearity))
      for layerCount in [-2, 0, 1, 3, 5, 9, 10] { #expect(!isValid(layerCount, nonlinearity)) }
    }
    for layerCount in Self.depths {
      #expect(isValid(layerCount, .relu) && isValid(layerCount, .absolute))
      #expect(!isValid(layerCount, .softplus))
    }
  }
}
