import Testing

@testable import Datastore

@Suite struct TimestampTests {
    @Test("HTTP's date and RFC 3339 say the same instant")
    func texts() {
        let instant = Timestamp(microseconds: 1_609_063_736_000_000)
        #expect(instant.httpDate == "Sun, 27 Dec 2020 10:08:56 GMT")
        #expect(instant.rfc3339 == "2020-12-27T10:08:56Z")
        #expect(Timestamp(microseconds: 1_500).rfc3339 == "1970-01-01T00:00:00.001500Z")
        #expect(Timestamp(microseconds: 1_000).rfc3339 == "1970-01-01T00:00:00.001Z")
        #expect(Timestamp(microseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999Z")
        #expect(Timestamp(microseconds: -1).httpDate == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(Timestamp.earliest.rfc3339 == "0001-01-01T00:00:00Z")
        #expect(Timestamp.latest.rfc3339 == "9999-12-31T23:59:59.999999Z")
        #expect(Timestamp(rfc3339: "2024-02-29T00:00:00-00:30")?.rfc3339 == "2024-02-29T00:30:00Z")
    }

    @Test("Instants survive their text")
    func roundTrip() {
        var random = SeededGenerator(3)
        for _ in 0..<3_000 {
            let instant = random.timestamp()
            #expect(Timestamp(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test("Reckoning never overflows")
    func overflow() {
        #expect(Timestamp(microseconds: .max).advanced(by: .seconds(1)).microseconds == .max)
        #expect(Timestamp(microseconds: .min).advanced(by: .seconds(-1)).microseconds == .min)
        #expect(Timestamp(microseconds: 0).advanced(by: .milliseconds(-5)).microseconds == -5_000)
        #expect(!Timestamp(microseconds: .min).rfc3339.isEmpty)
        #expect(!Timestamp(microseconds: .max).httpDate.isEmpty)
        #expect(Timestamp(microseconds: .min).since(Timestamp(microseconds: .max)) < .zero)
        #expect(Timestamp(microseconds: 7).since(Timestamp(microseconds: 3)) == .microseconds(4))
    }

    @Test("Instants of records are equally wide")
    func fixedWidth() {
        #expect(Timestamp(microseconds: 0).fixedText == "1970-01-01T00:00:00.000000Z")
        #expect(Timestamp(microseconds: 1_000).fixedText == "1970-01-01T00:00:00.001000Z")
        #expect(Timestamp(microseconds: 123_456).fixedText == "1970-01-01T00:00:00.123456Z")
    }
}
