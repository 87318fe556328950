import Settings
import Testing

@Suite("DurationText")
struct DurationTextTests {
    @Test(
        "a text is read, and printed in its shortest form",
        arguments: [
            ("3m", Duration.seconds(180), "3m"),
            ("250ms", .milliseconds(250), "250ms"),
            ("30d", .seconds(2_592_000), "30d"),
            ("1h30m", .seconds(5400), "1h30m"),
            ("90m", .seconds(5400), "1h30m"),
            ("1d2h3m4s5ms6us", .microseconds(93_784_005_006), "1d2h3m4s5ms6us"),
            ("0", .zero, "0s"),
            ("0d", .zero, "0s"),
            ("007s", .seconds(7), "7s"),
            ("9223372036854775807us", .microseconds(Int64.max), "106751991d4h54s775ms807us"),
        ])
    func parsed(text: String, duration: Duration, printed: String) throws {
        #expect(try DurationText.parse(text) == duration)
        #expect(DurationText.string(duration) == printed)
        #expect(try DurationText.parse(printed) == duration)
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", " ", "3", "m", "-3m", "+3m", "3 m", "3m ", "3M", "1.5h", "3m1h", "3m3m", "3minutes", "3m1", "٣m",
            "3m\0",
            "1w", "3µs", "1e3s", "9223372036854775808us", "106751992d", "99999999999999999999s", "106751991d5h",
        ])
    func refused(text: String) {
        #expect(throws: ValueTextError.self) { try DurationText.parse(text) }
    }

    @Test("negative durations and those below a microsecond are printed too")
    func oddDurations() {
        #expect(DurationText.string(.seconds(-90)) == "-1m30s")
        #expect(DurationText.string(.nanoseconds(999)) == "0s")
        #expect(DurationText.string(.milliseconds(-1)) == "-1ms")
        #expect(DurationText.string(Duration(secondsComponent: .min, attosecondsComponent: 0)).hasPrefix("-"))
        #expect(DurationText.string(Duration(secondsComponent: .max, attosecondsComponent: 0)).hasSuffix("s"))
    }
}
