/// Numbers of bytes as people write them: `16KiB`, `1MiB`, `1GiB`, `4096`.
public enum ByteCountText {
    private struct Unit {
        let name: String
        let bytes: Int
    }

    private static let units = [
        Unit(name: "TiB", bytes: 1 << 40),
        Unit(name: "GiB", bytes: 1 << 30),
        Unit(name: "MiB", bytes: 1 << 20),
        Unit(name: "KiB", bytes: 1 << 10),
    ]

    private static let form = "write a whole number of bytes, or one with KiB, MiB, GiB or TiB, such as 16KiB"

    /// The number of bytes that `text` tells: a whole number, alone or with one of the units B, KiB, MiB, GiB and TiB
    /// (powers of 1024). Signs, blanks, fractions and decimal units such as MB are refused.
    public static func parse(_ text: String) throws(ValueTextError) -> Int {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let suffix = text.utf8[digits.endIndex...]
        guard !digits.isEmpty else { throw ValueTextError("is not a number of bytes: \(form)") }
        let unit = units.first { suffix.elementsEqual($0.name.utf8) }
        guard unit != nil || suffix.isEmpty || suffix.elementsEqual("B".utf8) else {
            throw ValueTextError("is not a number of bytes: \(form)")
        }
        guard let number = Int(String(digits) ?? ""),
            case let (bytes, false) = number.multipliedReportingOverflow(by: unit?.bytes ?? 1)
        else {
            throw ValueTextError("is too large a number of bytes")
        }
        return bytes
    }

    /// The text of `bytes`, with the largest unit that divides it: `1GiB`, `1536KiB`, `1000`.
    public static func string(_ bytes: Int) -> String {
        guard bytes > 0, let unit = units.first(where: { bytes.isMultiple(of: $0.bytes) }) else { return "\(bytes)" }
        return "\(bytes / unit.bytes)\(unit.name)"
    }
}
