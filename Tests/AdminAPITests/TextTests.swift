import Datastore
import Testing

@testable import AdminAPI

@Suite struct TextTests {
    @Test("Instants of records are equally wide")
    func instants() {
        #expect(Timestamp(microseconds: 0).fixedText == "1970-01-01T00:00:00.000000Z")
        #expect(Timestamp(microseconds: 1_000).fixedText == "1970-01-01T00:00:00.001000Z")
        #expect(Timestamp(microseconds: 123_456).fixedText == "1970-01-01T00:00:00.123456Z")
    }

    @Test("Durations are seconds with a short fraction")
    func durations() {
        #expect(Duration.seconds(180).secondsText == "180s")
        #expect(Duration.microseconds(125).secondsText == "0.000125s")
        #expect(Duration.milliseconds(1_500).secondsText == "1.5s")
        #expect(Duration.nanoseconds(999).secondsText == "0s")
    }
}
