internal import CLilv
internal import Glibc

/// The features of one instance, in the form in which plugins read them.
final class FeatureList {
  /// All features, then null. They live as long as this object.
  private(set) var pointers: [UnsafePointer<LV2_Feature>?] = []
  /// The same for `restore`, which may run beside `run` and has a schedule of its own.
  private(set) var pointersInRestore: [UnsafePointer<LV2_Feature>?] = []
  private(set) var uris: Set<String> = []
  let worker: Worker
  private let log: LogFeature?
  let scratchFolder: String?
  private let options: UnsafeMutablePointer<LV2_Options_Option>
  private let values = UnsafeMutablePointer<Int32>.allocate(capacity: 4)
  private let rate = UnsafeMutablePointer<Float>.allocate(capacity: 1)
  private let makePath = UnsafeMutablePointer<LV2_State_Make_Path>.allocate(capacity: 1)
  private let freePath = UnsafeMutablePointer<LV2_State_Free_Path>.allocate(capacity: 1)

  init(_ features: HostFeatures, sampleRate: Double, urids: URIDMap) {
    worker = Worker(features.worker, timeout: features.workerTimeout)
    log = features.log.map { LogFeature($0, urids) }
    scratchFolder = features.scratchFolder
    options = .allocate(capacity: 6)
    options.initialize(repeating: LV2_Options_Option(), count: 6)
    fillOptions(
      features.blockLengths ?? 0...0, nominal: features.nominalBlockLength, sampleRate, urids)
    fillPaths()

    if features.hasURIDMap { add(LV2URI.uridMap, urids.mapFeature) }
    if features.hasURIDUnmap { add(LV2URI.uridUnmap, urids.unmapFeature) }
    if features.blockLengths != nil {
      add(LV2URI.options, options)
      add(LV2URI.boundedBlockLength, nil)
      // No host of this module cuts blocks at events.
      add(LV2URI.coarseBlockLength, nil)
    }
    if features.worker != .absent {
      add(LV2URI.schedule, worker.schedule, inRestore: worker.scheduleInRestore)
    }
    if let log { add(LV2URI.log, log.data) }
    if scratchFolder != nil {
      add(LV2URI.makePath, makePath)
      add(LV2URI.freePath, freePath)
    }
    let always: Set = [
      LV2URI.loadDefaultState, LV2URI.threadSafeRestore, LV2URI.supportsStrictBounds,
    ]
    for uri in features.others.union(always).sorted() { add(uri, nil) }
    pointers.append(nil)
    pointersInRestore.append(nil)
  }

  deinit {
    for case let feature? in Set(pointers + pointersInRestore) {
      free(UnsafeMutablePointer(mutating: feature.pointee.URI))
      feature.deallocate()
    }
    options.deallocate()
    values.deallocate()
    rate.deallocate()
    makePath.deallocate()
    freePath.deallocate()
  }

  private func add(
    _ uri: String, _ data: UnsafeMutableRawPointer?,
    inRestore other: UnsafeMutableRawPointer? = nil
  ) {
    func feature(_ data: UnsafeMutableRawPointer?) -> UnsafePointer<LV2_Feature> {
      let feature = UnsafeMutablePointer<LV2_Feature>.allocate(capacity: 1)
      feature.initialize(to: LV2_Feature(URI: strdup(uri), data: data))
      return UnsafePointer(feature)
    }
    let usual = feature(data)
    pointers.append(usual)
    pointersInRestore.append(other.map(feature) ?? usual)
    uris.insert(uri)
  }

  private func fillOptions(
    _ lengths: ClosedRange<Int>, nominal: Int, _ sampleRate: Double, _ urids: URIDMap
  ) {
    let numbers = [
      (LV2URI.minimumBlockLength, lengths.lowerBound),
      (LV2URI.maximumBlockLength, lengths.upperBound),
      (LV2URI.nominalBlockLength, min(max(nominal, lengths.lowerBound), lengths.upperBound)),
      (LV2URI.sequenceSize, Instance.sequenceCapacity),
    ]
    for (index, (key, value)) in numbers.enumerated() {
      values[index] = Int32(value)
      options[index] = LV2_Options_Option(
        context: LV2_OPTIONS_INSTANCE, subject: 0, key: urids.map(key), size: 4,
        type: urids.map(LV2URI.int), value: values + index)
    }
    rate.pointee = Float(sampleRate)
    options[4] = LV2_Options_Option(
      context: LV2_OPTIONS_INSTANCE, subject: 0, key: urids.map(LV2URI.sampleRate), size: 4,
      type: urids.map(LV2URI.float), value: rate)
  }

  private func fillPaths() {
    let handle = Unmanaged.passUnretained(self).toOpaque()
    makePath.initialize(
      to: LV2_State_Make_Path(handle: handle) { handle, path in
        guard let handle, let path else { return nil }
        return Unmanaged<FeatureList>.fromOpaque(handle).takeUnretainedValue()
          .path(String(cString: path))
      })
    freePath.initialize(to: LV2_State_Free_Path(handle: nil) { _, path in free(path) })
  }

  /// A path below the scratch folder, whose folders are made.
  private func path(_ relative: String) -> UnsafeMutablePointer<CChar>? {
    guard var path = scratchFolder else { return nil }
    mkdir(path, 0o700)
    for part in relative.split(separator: "/").filter({ $0 != ".." }) {
      mkdir(path, 0o700)
      path += "/" + part
    }
    return strdup(path)
  }
}
