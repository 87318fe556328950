import Settings
import Testing

@Suite("Durations in Google's form")
struct GoogleDurationTests {
    @Test("A duration is seconds with a short fraction")
    func printed() {
        #expect(Duration.seconds(180).secondsText == "180s")
        #expect(Duration.microseconds(125).secondsText == "0.000125s")
        #expect(Duration.milliseconds(1_500).secondsText == "1.5s")
        #expect(Duration.nanoseconds(999).secondsText == "0s")
    }

    @Test("Google's form is read, and that of the settings")
    func read() {
        #expect(Duration(googleText: "180s") == .seconds(180))
        #expect(Duration(googleText: "1.5s") == .milliseconds(1_500))
        #expect(Duration(googleText: "0.000125000s") == .microseconds(125))
        #expect(Duration(googleText: "3m") == .seconds(180))
        for text in ["", "s", "1", "1.s", ".5s", "-1s", "1.5m", "1.0000000001s", "1.5.5s", "x"] {
            #expect(Duration(googleText: text) == nil, "\(text)")
        }
    }
}
