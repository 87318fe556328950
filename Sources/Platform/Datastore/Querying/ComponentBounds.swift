/// The inequality filters on one property.
struct ComponentBounds: Sendable {
    let property: String
    private var bounds: [(comparison: PropertyFilter.Comparison, component: [UInt8])] = []

    init(property: String) {
        self.property = property
    }

    mutating func add(_ comparison: PropertyFilter.Comparison, _ component: [UInt8]) {
        bounds.append((comparison, component))
    }

    /// Whether a component passes all filters.
    func contains(_ component: [UInt8]) -> Bool {
        bounds.allSatisfy { bound in
            switch bound.comparison {
            case .equal: component == bound.component
            case .lessThan: component.precedes(bound.component)
            case .lessThanOrEqual: !bound.component.precedes(component)
            case .greaterThan: bound.component.precedes(component)
            case .greaterThanOrEqual: !component.precedes(bound.component)
            }
        }
    }

    /// The byte strings that begin with a prefix and a component that passes, the component inverted where the index
    /// is descending. No component is a prefix of another, so the range is exact.
    func range(after prefix: [UInt8], inverted: Bool) -> ByteRange {
        var range = ByteRange(prefix: prefix)
        for bound in bounds {
            let this = prefix + (inverted ? bound.component.inverted : bound.component)
            let behind = this.prefixEnd ?? this
            switch (bound.comparison, inverted) {
            case (.greaterThan, false), (.lessThan, true): range.raise(to: behind)
            case (.greaterThanOrEqual, false), (.lessThanOrEqual, true): range.raise(to: this)
            case (.lessThan, false), (.greaterThan, true): range.cut(at: this)
            case (.lessThanOrEqual, false), (.greaterThanOrEqual, true): range.cut(at: behind)
            case (.equal, _):
                range.raise(to: this)
                range.cut(at: behind)
            }
        }
        return range
    }

    /// Adds what tells these bounds from others.
    func feed(_ bytes: inout OrderedBytes) {
        bytes.append(byte: 5)
        bytes.append(escaped: property.utf8)
        let parts = bounds.map { bound -> [UInt8] in
            let code: UInt8 =
                switch bound.comparison {
                case .equal: 0
                case .lessThan: 1
                case .lessThanOrEqual: 2
                case .greaterThan: 3
                case .greaterThanOrEqual: 4
                }
            return [code] + bound.component
        }
        for part in parts.sorted(by: { $0.precedes($1) }) { bytes.append(escaped: part) }
    }
}
