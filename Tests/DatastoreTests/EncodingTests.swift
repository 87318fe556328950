import Testing

@testable import Datastore

@Suite struct EncodingTests {
    @Test("Components order as values do, ascending and inverted")
    func order() throws {
        var random = SeededGenerator(4)
        let values = (0..<500).map { _ in random.value(depth: 0) }
        for _ in 0..<20_000 {
            let (a, b) = (random.pick(values), random.pick(values))
            let left = try #require(ValueEncoding.component(a.content))
            let right = try #require(ValueEncoding.component(b.content))
            let expected = ReferenceOrder.compare(a.content, b.content)
            #expect(ReferenceOrder.compare(left, right) == expected)
            #expect(ReferenceOrder.compare(left.inverted, right.inverted) == -expected)
        }
    }

    @Test("The order of types is Datastore's, with integers and timestamps, and texts and blobs, as one")
    func types() throws {
        let ordered: [Value] = [
            .null, .integer(.min), .integer(-1), .timestamp(Timestamp(microseconds: 0)), .integer(1), .integer(.max),
            .boolean(false), .boolean(true), .string(""), .blob([0]), .string("\0a"), .string("a"), .blob([0x61, 0]),
            .string("ab"), .blob([0xFF]), .double(.nan), .double(-.infinity), .double(-1), .double(-0.0),
            .double(.leastNonzeroMagnitude), .double(.infinity), .geoPoint(GeoPoint(latitude: -1, longitude: 5)),
            .geoPoint(GeoPoint(latitude: 1, longitude: -5)), .key(Key("A", id: 1)), .key(Key("A", name: "a")),
        ]
        let components = try ordered.map { try #require(ValueEncoding.component($0.content)) }
        for (left, right) in zip(components, components.dropFirst()) { #expect(left.precedes(right)) }
        #expect(ValueEncoding.component(.double(0)) == ValueEncoding.component(.double(-0.0)))
        #expect(ValueEncoding.component(.integer(7)) == ValueEncoding.component(.timestamp(Timestamp(microseconds: 7))))
        #expect(ValueEncoding.component(.string("a")) == ValueEncoding.component(.blob([0x61])))
        #expect(ValueEncoding.component(.double(1)) != ValueEncoding.component(.integer(1)))
    }

    @Test("No component is the beginning of another")
    func prefixes() throws {
        var random = SeededGenerator(5)
        let components = try (0..<150).map { _ in try #require(ValueEncoding.component(random.value(depth: 0).content))
        }
        for left in components {
            for right in components where left != right { #expect(!right.starts(with: left)) }
        }
    }

    @Test("Keys come back from their storage form, and order by path")
    func keys() throws {
        var random = SeededGenerator(6)
        let keys = (0..<300).map { _ in random.key() }
        for key in keys {
            #expect(try KeyEncoding.key(storage: KeyEncoding.storage(key)) == key)
            let namespace = KeyEncoding.namespacePrefix(key.namespace)
            #expect(try namespace + KeyEncoding.steps(storage: KeyEncoding.storage(key)) == KeyEncoding.path(key))
        }
        for _ in 0..<10_000 {
            let (a, b) = (random.pick(keys), random.pick(keys))
            #expect(
                ReferenceOrder.compare(KeyEncoding.path(a), KeyEncoding.path(b))
                    == ReferenceOrder.compare(.key(a), .key(b)))
        }
    }

    @Test("An ancestor's key is a prefix of its descendants' keys only")
    func ancestors() {
        let parent = Key("P", name: "a")
        #expect(KeyEncoding.steps(Key("C", id: 1, parent: parent)).starts(with: KeyEncoding.steps(parent)))
        for other in [
            Key("P", name: "a\0"), Key("P", name: "ab"), Key("P", name: ""), Key("PP", name: "a"), Key("P", id: 1),
        ] {
            #expect(!KeyEncoding.steps(other).starts(with: KeyEncoding.steps(parent)))
        }
    }

    @Test("Broken keys are reported, not trusted")
    func broken() {
        var random = SeededGenerator(7)
        for _ in 0..<4_000 {
            var bytes = KeyEncoding.storage(random.key())
            bytes[random.below(bytes.count)] = UInt8(random.below(256))
            if random.chance(30) { bytes.removeLast(random.below(bytes.count)) }
            _ = try? KeyEncoding.key(storage: bytes)
            _ = try? KeyEncoding.steps(storage: bytes)
            _ = try? KeyEncoding.header(storage: bytes)
        }
    }

    @Test("Values of a property: arrays by element, each once; excluded, too long and embedded ones not")
    func components() throws {
        let properties: Properties = [
            "a": .array([.integer(2), .integer(1), .integer(2), Value(.integer(9), excludeFromIndexes: true)]),
            "x": .string("hidden", excludeFromIndexes: true),
            "long": .string(String(repeating: "x", count: 1_501)),
            "fits": .string(String(repeating: "x", count: 1_500)),
            "empty": .array([]),
            "e": .entity(
                EmbeddedEntity(properties: ["p": .integer(1), "q": .entity(EmbeddedEntity(properties: ["r": .null]))])),
            "hidden": .entity(EmbeddedEntity(properties: ["p": .integer(1)]), excludeFromIndexes: true),
            "es": .array([
                .entity(EmbeddedEntity(properties: ["p": .integer(1)])),
                .entity(EmbeddedEntity(properties: ["p": .integer(2)])),
            ]),
            "d.p": .integer(5),
        ]
        func count(_ name: String) -> Int { ValueEncoding.components(of: name, in: properties).count }
        #expect(count("a") == 2)
        #expect(count("x") == 0)
        #expect(count("long") == 0)
        #expect(count("fits") == 1)
        #expect(count("empty") == 0)
        #expect(count("e") == 0)
        #expect(count("e.p") == 1)
        #expect(count("e.q.r") == 1)
        #expect(count("e.q") == 0)
        #expect(count("hidden.p") == 0)
        #expect(count("es.p") == 2)
        #expect(count("d.p") == 1)
        #expect(count("missing") == 0)
        #expect(count("e.") == 0)
    }
}
