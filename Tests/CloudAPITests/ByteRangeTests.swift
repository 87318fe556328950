import Testing

@testable import CloudAPI

@Suite struct ByteRangeTests {
    @Test(
        "Ranges are read as HTTP has them",
        arguments: [
            (nil, ByteRange.all), ("bytes=0-4", .part(0..<5)), ("bytes=5-", .part(5..<10)), ("bytes=-3", .part(7..<10)),
            ("bytes=0-99", .part(0..<10)), ("bytes=-99", .part(0..<10)), ("bytes=9-9", .part(9..<10)),
            ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=10-12", .unsatisfiable),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=0-99999999999999999999", .part(0..<10)),
            ("bytes=5-4", .all), ("bytes=a-b", .all), ("bytes=", .all), ("bytes=-", .all), ("bytes=0-1,3-4", .all),
            ("lines=0-1", .all), ("bytes=+1-2", .all),
        ] as [(String?, ByteRange)])
    func parses(_ header: String?, _ expected: ByteRange) {
        #expect(ByteRange.parse(header, size: 10) == expected)
    }

    @Test("Of nothing no range can be had")
    func empty() {
        #expect(ByteRange.parse("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange.parse("bytes=-1", size: 0) == .unsatisfiable)
        #expect(ByteRange.parse(nil, size: 0) == .all)
    }
}
