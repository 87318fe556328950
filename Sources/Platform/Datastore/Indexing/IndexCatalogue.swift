/// All indexes, as one value: a reader or writer takes the catalogue once and works with it.
struct IndexCatalogue: Sendable {
    private(set) var indexes: [Int64: Index] = [:]
    private var byKind: [ByteText: [Index]] = [:]
    /// Counts the changes: entries that were made from an older catalogue must be made again.
    private(set) var generation = 0

    /// The indexes of a kind that take entries, by id.
    func maintained(for kind: String) -> [Index] {
        byKind[ByteText(kind)] ?? []
    }

    /// The index on a single property that queries may use.
    func readySingle(_ kind: String, _ property: String) -> Index? {
        single(kind, property).flatMap { $0.state == .ready ? $0 : nil }
    }

    func single(_ kind: String, _ property: String) -> Index? {
        maintained(for: kind).first { $0.singleProperty.map { ByteText($0) == ByteText(property) } ?? false }
    }

    func composite(_ definition: IndexDefinition) -> Index? {
        maintained(for: definition.kind).first { $0.origin == .composite && $0.definition == definition }
    }

    func isReady(_ id: Int64) -> Bool {
        indexes[id]?.state == .ready
    }

    mutating func set(_ index: Index) {
        indexes[index.id] = index
        rebuild(index.definition.kind)
    }

    mutating func remove(_ id: Int64) {
        guard let removed = indexes.removeValue(forKey: id) else { return }
        rebuild(removed.definition.kind)
    }

    private mutating func rebuild(_ kind: String) {
        generation += 1
        let kind = ByteText(kind)
        byKind[kind] = indexes.values
            .filter { ByteText($0.definition.kind) == kind && $0.isMaintained }
            .sorted { $0.id < $1.id }
    }
}
