import JSON

/// Chooses how to answer a query, by Datastore's rules: built-in indexes answer what is about one property, or about
/// equalities only; everything else needs a composite index.
struct QueryPlanner {
    let shape: QueryShape
    let catalogue: IndexCatalogue

    func plan() throws(DatastoreError) -> QueryPlan {
        guard let kind = shape.kind else { return try planAllKinds() }
        let keys = shape.keys.prefixed(by: KeyEncoding.kindPrefix(kind, namespace: shape.namespace))
        if shape.orders.isEmpty { return planInKeyOrder(kind, keys) }
        if shape.orders.count == 1, shape.equalities.isEmpty, shape.ancestor == nil {
            return planSingle(kind, keys, shape.orders[0])
        }
        if shape.orders == [PropertyOrder(Query.keyProperty, .descending)] {
            return QueryPlan(source: .keys(keys, descending: true), filters: true)
        }
        return try planComposite(kind)
    }

    private func planAllKinds() throws(DatastoreError) -> QueryPlan {
        guard shape.equalities.isEmpty, shape.bounds == nil, shape.orders.isEmpty else {
            throw .invalid("a query without a kind may only filter and order by __key__, ascending")
        }
        return QueryPlan(source: .allKinds, filters: false)
    }

    /// Equalities only: the entries of one value come in the order of keys, as the kind itself does.
    private func planInKeyOrder(_ kind: String, _ keys: ByteRange) -> QueryPlan {
        let filters = !shape.equalities.isEmpty || shape.bounds != nil
        guard filters, shape.ancestor == nil else {
            return QueryPlan(source: .keys(keys, descending: false), filters: filters)
        }
        for equality in shape.equalities {
            guard let index = catalogue.readySingle(kind, equality.property) else { continue }
            let prefix = KeyEncoding.namespacePrefix(shape.namespace) + equality.component
            return QueryPlan(
                source: .entries(index: index.id, prefix: prefix, values: ByteRange(prefix: prefix), reversed: false),
                filters: true)
        }
        return QueryPlan(
            source: .keys(keys, descending: false), filters: true, wanted: shape.equalities.first?.property)
    }

    /// One property's filters and order.
    private func planSingle(_ kind: String, _ keys: ByteRange, _ order: PropertyOrder) -> QueryPlan {
        let descending = order.direction == .descending
        guard order.property != Query.keyProperty else {
            return QueryPlan(source: .keys(keys, descending: descending), filters: false)
        }
        guard let index = catalogue.readySingle(kind, order.property) else {
            return QueryPlan(source: .scan(keys), filters: true, wanted: order.property)
        }
        let prefix = KeyEncoding.namespacePrefix(shape.namespace)
        let values = shape.bounds?.range(after: prefix, inverted: false) ?? ByteRange(prefix: prefix)
        return QueryPlan(
            source: .entries(index: index.id, prefix: prefix, values: values, reversed: descending),
            filters: hasKeyBounds)
    }

    /// Whether keys are bounded, by an ancestor or by filters on them.
    private var hasKeyBounds: Bool { !shape.keys.isUnbounded }

    // MARK: Composite indexes

    private func planComposite(_ kind: String) throws(DatastoreError) -> QueryPlan {
        let candidates = catalogue.maintained(for: kind).filter { $0.origin == .composite && serves($0.definition) }
        guard let index = candidates.first(where: { $0.state == .ready }) else {
            throw missing(kind, creating: candidates.first)
        }
        var prefix = KeyEncoding.namespacePrefix(shape.namespace)
        if let ancestor = shape.ancestor { prefix += EntryMaker.component(ancestor: ancestor) }
        let fixed = index.definition.properties.dropLast(shape.orders.count)
        for property in fixed {
            guard let equality = shape.equalities.first(where: { $0.property.hasSameBytes(as: property.name) }) else {
                continue
            }
            prefix += property.direction == .descending ? equality.component.inverted : equality.component
        }
        var values = ByteRange(prefix: prefix)
        if shape.boundsOrder, let bounds = shape.bounds {
            values = bounds.range(after: prefix, inverted: shape.orders[0].direction == .descending)
        }
        let isExact =
            fixed.count == shape.equalities.count && !hasKeyBounds && (shape.bounds == nil || shape.boundsOrder)
        return QueryPlan(
            source: .entries(index: index.id, prefix: prefix, values: values, reversed: false), filters: !isExact)
    }

    /// Whether the index has the equalities' properties first, in any order, and then exactly the orders.
    private func serves(_ definition: IndexDefinition) -> Bool {
        guard definition.ancestor == (shape.ancestor != nil) else { return false }
        let names = Set(shape.equalities.map { ByteText($0.property) })
        let fixed = definition.properties.dropLast(shape.orders.count)
        guard fixed.count == names.count, Set(fixed.map { ByteText($0.name) }) == names else { return false }
        return definition.properties.suffix(shape.orders.count).elementsEqual(shape.orders) {
            $0.name.hasSameBytes(as: $1.property) && $0.direction == $1.direction
        }
    }

    private func missing(_ kind: String, creating: Index?) -> DatastoreError {
        if let creating {
            return DatastoreError(
                .failedPrecondition,
                "index not ready: index \(creating.id) is still being built:\n\(creating.definition.yaml)")
        }
        var properties: [IndexDefinition.Property] = []
        for equality in shape.equalities
        where !properties.contains(where: { $0.name.hasSameBytes(as: equality.property) }) {
            properties.append(.init(equality.property))
        }
        properties += shape.orders.map { .init($0.property, $0.direction) }
        let recommended = IndexDefinition(kind: kind, ancestor: shape.ancestor != nil, properties: properties)
        return DatastoreError(
            .failedPrecondition, "no matching index found. recommended index is:\n\(recommended.yaml)")
    }
}
