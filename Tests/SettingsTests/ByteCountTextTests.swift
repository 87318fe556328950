import Settings
import Testing

@Suite("ByteCountText")
struct ByteCountTextTests {
    @Test(
        "a text is read, and printed with the largest unit that fits",
        arguments: [
            ("1GiB", 1 << 30, "1GiB"), ("16KiB", 16_384, "16KiB"), ("1048576", 1 << 20, "1MiB"), ("0", 0, "0"),
            ("1000", 1000, "1000"), ("12B", 12, "12"), ("1536KiB", 1_572_864, "1536KiB"), ("3TiB", 3 << 40, "3TiB"),
            ("9223372036854775807", Int.max, "9223372036854775807"),
        ])
    func parsed(text: String, bytes: Int, printed: String) throws {
        #expect(try ByteCountText.parse(text) == bytes)
        #expect(ByteCountText.string(bytes) == printed)
        #expect(try ByteCountText.parse(printed) == bytes)
    }

    @Test(
        "what is no size is refused",
        arguments: [
            "", "B", "MiB", "-1", "+1", "1 MiB", "1MB", "1M", "1mib", "1.5MiB", "1KiBB", "0x10", "٣", "1MiB\0",
            "9223372036854775808", "8388608TiB",
        ])
    func refused(text: String) {
        #expect(throws: ValueTextError.self) { try ByteCountText.parse(text) }
    }
}
