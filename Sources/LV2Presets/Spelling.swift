/// The candidate that a misspelt word was most likely meant to be; nil if all are far from it.
func nearest(to word: String, among candidates: [String]) -> String? {
  let limit = max(2, word.count / 3)
  return candidates.map { ($0, editDistance(word, $0)) }
    .filter { $0.1 <= limit }
    .min { $0.1 < $1.1 }?.0
}

/// Levenshtein's distance: insertions, deletions and substitutions between two words.
///
/// - Complexity: O(m·n) for words of m and n characters.
func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (index, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in second.indices {
      let substitution = diagonal + (character == second[column] ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(substitution, row[column] + 1, row[column + 1] + 1)
    }
  }
  return row[second.count]
}
