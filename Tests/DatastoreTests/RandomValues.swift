@testable import Datastore

extension SeededGenerator {
    /// A text with whatever Unicode has, NUL included.
    mutating func text(_ longest: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<below(longest + 1) {
            switch below(6) {
            case 0: scalars.append(Unicode.Scalar(UInt8(below(128))))
            case 1: scalars.append("\0")
            default:
                if let scalar = Unicode.Scalar(UInt32(below(0x11_0000))) { scalars.append(scalar) }
            }
        }
        return String(scalars)
    }

    mutating func bytes(_ longest: Int) -> [UInt8] {
        (0..<below(longest + 1)).map { _ in UInt8(below(256)) }
    }

    mutating func key() -> Key {
        let steps = (0...below(3)).map { _ in
            PathElement(
                text(3) + "k", chance(50) ? .id(.random(in: 1...Int64.max, using: &self)) : .name(text(4) + "n"))
        }
        return Key(path: steps, namespace: chance(30) ? text(4) : "")
    }

    mutating func double() -> Double {
        switch below(5) {
        case 0: pick([0, -0.0, 1, -1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
        case 1: Double(below(1_000)) / 8
        default: Self.finite(next())
        }
    }

    private static func finite(_ bits: UInt64) -> Double {
        let value = Double(bitPattern: bits)
        return value.isNaN ? .nan : value
    }

    mutating func timestamp() -> Timestamp {
        Timestamp(
            microseconds: .random(
                in: Timestamp.earliest.microseconds...Timestamp.latest.microseconds, using: &self))
    }

    mutating func geoPoint() -> GeoPoint {
        GeoPoint(
            latitude: .random(in: -90...90, using: &self), longitude: .random(in: -180...180, using: &self))
    }

    /// Any value.
    mutating func value(depth: Int = 3) -> Value {
        Value(
            content(depth: depth), excludeFromIndexes: chance(20),
            meaning: chance(10) ? Int32.random(in: .min ... .max, using: &self) : nil)
    }

    private mutating func content(depth: Int) -> Value.Content {
        switch below(depth > 0 ? 11 : 9) {
        case 0: return .null
        case 1: return .boolean(chance(50))
        case 2: return .integer(chance(50) ? Int64(bitPattern: next()) : Int64(below(5)))
        case 3: return .double(double())
        case 4: return .timestamp(timestamp())
        case 5: return .key(key())
        case 6: return .string(text(20))
        case 7: return .blob(bytes(20))
        case 8: return .geoPoint(geoPoint())
        case 9: return .array((0..<below(4)).map { _ in value(depth: depth - 1) })
        default: return .entity(EmbeddedEntity(key: chance(30) ? key() : nil, properties: properties(depth: depth - 1)))
        }
    }

    mutating func properties(depth: Int = 3) -> Properties {
        Properties((0..<below(5)).map { _ in Properties.Property(text(6), value(depth: depth)) })
    }
}
