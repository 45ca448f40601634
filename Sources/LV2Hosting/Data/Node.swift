internal import CLilv

/// A URI or literal of lilv's.
final class Node {
  let pointer: OpaquePointer
  /// Nodes live in their world.
  private let world: World

  /// Nil if the URI makes no sense.
  init?(uri: String, in world: World) {
    guard let pointer = lilv_new_uri(world.pointer, uri) else { return nil }
    self.pointer = pointer
    self.world = world
  }

  deinit { lilv_node_free(pointer) }
}

/// A node's characters; empty for null.
func text(_ node: OpaquePointer?) -> String {
  node.flatMap { lilv_node_as_string($0) }.map { String(cString: $0) } ?? ""
}

/// The characters of a collection's nodes, in its order; frees the collection.
func texts(_ nodes: UnsafeMutableRawPointer?) -> [String] {
  defer { lilv_nodes_free(nodes) }
  var result: [String] = []
  var iterator = lilv_nodes_begin(nodes)
  while let position = iterator, !lilv_nodes_is_end(nodes, position) {
    result.append(text(lilv_nodes_get(nodes, position)))
    iterator = lilv_nodes_next(nodes, position)
  }
  return result
}
